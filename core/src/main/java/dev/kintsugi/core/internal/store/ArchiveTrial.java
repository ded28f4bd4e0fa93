package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.Reasons;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.crypto.RandomBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Tries whether a place meets the obligations of an archive, as far as one visit can tell. */
final class ArchiveTrial {
  private static final int LENGTH = 100_000;
  private static final String RECORD = "trial";

  private final ArchiveSpec spec;
  private final Backend backend;
  private final ShardName name = ShardName.random();
  private final byte[] content = RandomBytes.next(LENGTH);

  private ArchiveTrial(ArchiveSpec spec, Backend backend) {
    this.spec = spec;
    this.backend = backend;
  }

  /**
   * Runs the trial and removes what it wrote.
   *
   * @throws ArchiveUnavailableException if an obligation is not met; the message says which
   */
  static void run(ArchiveSpec spec, BackendOpener opener) {
    try (Backend backend = opener.open(spec.url(), true)) {
      new ArchiveTrial(spec, backend).run();
    } catch (IOException e) {
      throw new ArchiveUnavailableException(
          "archive " + spec.name() + " (" + spec.url() + "): " + Reasons.of(e), e);
    }
  }

  private void run() throws IOException {
    Throwable failure = null;
    try {
      tryAll();
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      cleanUp(failure);
    }
  }

  private void cleanUp(@org.jspecify.annotations.Nullable Throwable failure) throws IOException {
    try {
      backend.delete(name);
      backend.deleteRecord(RECORD);
    } catch (IOException e) {
      if (failure == null) {
        throw e;
      }
      failure.addSuppressed(e);
    }
  }

  private void tryAll() throws IOException {
    backend.write(name, ByteBuffer.wrap(content, 0, 10), ByteBuffer.wrap(content, 10, LENGTH - 10));
    require(backend.size(name) == LENGTH, "a written shard has another size");
    byte[] read = new byte[LENGTH];
    require(backend.read(name, 0, ByteBuffer.wrap(read)) == LENGTH, "a shard is read short");
    require(Arrays.equals(read, content), "a shard is read otherwise than written");
    byte[] part = new byte[1000];
    require(backend.read(name, 777, ByteBuffer.wrap(part)) == 1000, "a range is read short");
    require(Arrays.equals(part, Arrays.copyOfRange(content, 777, 1777)), "a range is read wrongly");
    try {
      backend.write(name, ByteBuffer.wrap(new byte[1]));
      throw broken("a shard was overwritten");
    } catch (ShardExistsException e) {
      // as it must be
    }
    AtomicLong listed = new AtomicLong(-1);
    backend.list(
        info -> {
          if (info.name().equals(name)) {
            listed.set(info.size());
          }
        });
    require(listed.get() == LENGTH, "a written shard is not listed with its size");
    backend.writeRecord(RECORD, new byte[] {1});
    backend.writeRecord(RECORD, new byte[] {2});
    require(
        Arrays.equals(backend.readRecord(RECORD).orElse(new byte[0]), new byte[] {2}),
        "a control record is not replaced");
    backend.capacity();
    require(backend.delete(name), "a shard that is there is not deleted");
    require(!backend.delete(name), "a shard that is not there is deleted");
    try {
      backend.size(name);
      throw broken("a deleted shard is still there");
    } catch (NoSuchShardException e) {
      // as it must be
    }
  }

  private void require(boolean met, String what) {
    if (!met) {
      throw broken(what);
    }
  }

  private ArchiveUnavailableException broken(String what) {
    return new ArchiveUnavailableException(
        "archive " + spec.name() + " (" + backend.url() + ") is no place for shards: " + what);
  }
}
