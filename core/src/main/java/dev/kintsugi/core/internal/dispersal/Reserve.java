package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An archive that is full for new shards while it still has room for others. Removing something
 * writes a manifest first, so an archive filled up with data to the last byte could never be
 * emptied again. An archive that cannot tell its room keeps none. Shards that are written at the
 * same time to archives on one disk may each count on the same room.
 */
public final class Reserve extends ForwardingBackend {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

  /** The most that is kept, in bytes: 16 MiB. */
  static final long MOST = 16 << 20;

  /** A small archive keeps this part of all its room. */
  static final int PART = 32;

  /** Keeps room of an archive. */
  public Reserve(Backend archive) {
    super(archive);
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    Capacity capacity = room();
    if (capacity.total().isPresent() && capacity.free().isPresent()) {
      long kept = Math.min(MOST, capacity.total().getAsLong() / PART);
      long free = capacity.free().getAsLong();
      long length = 0;
      for (ByteBuffer part : content) {
        length += part.remaining();
      }
      if (free - length < kept) {
        refuseTaken(name);
        throw new ArchiveFullException(
            "archive %s is full: %,d bytes are free, of which %,d are kept for removing things"
                .formatted(url(), free, kept));
      }
    }
    super.write(name, content);
  }

  /** Some places hold shards and cannot be measured, such as one whose mount is not listed. */
  private Capacity room() {
    try {
      return capacity();
    } catch (IOException e) {
      LOG.debug("archive {} does not tell its room: {}", url(), e.toString());
      return new Capacity(OptionalLong.empty(), OptionalLong.empty());
    }
  }

  private void refuseTaken(ShardName name) throws IOException {
    try {
      size(name);
    } catch (NoSuchShardException e) {
      return;
    }
    throw new ShardExistsException("archive " + url() + " already holds shard " + name);
  }
}
