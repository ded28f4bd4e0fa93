package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.archive.Reasons;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Reserve;
import dev.kintsugi.core.internal.format.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The vault's archives as dispersal sees them. */
final class VaultArchives implements Archives {
  private final ArchiveSet set;
  private final @Nullable WriterClaim claim;
  private final Map<String, String> troubles = new ConcurrentHashMap<>();

  /** Shows archives that are only read. */
  VaultArchives(ArchiveSet set) {
    this(set, null);
  }

  /**
   * Shows archives.
   *
   * @param claim guards what is written to them; null if nothing is
   */
  VaultArchives(ArchiveSet set, @Nullable WriterClaim claim) {
    this.set = set;
    this.claim = claim;
  }

  @Override
  public List<Integer> numbers() {
    return set.all().stream().map(AttachedArchive::number).toList();
  }

  @Override
  public String name(int number) {
    return set.get(number).name();
  }

  @Override
  public String domain(int number) {
    return set.get(number).domain();
  }

  @Override
  public Optional<String> unavailable(int number) {
    AttachedArchive archive = set.get(number);
    return archive.isAvailable() ? Optional.empty() : Optional.of(archive.detail());
  }

  @Override
  public Backend backend(int number) throws IOException {
    return backend(number, Role.MANIFEST);
  }

  @Override
  public Backend backend(int number, Role written) throws IOException {
    try {
      AttachedArchive archive = set.get(number);
      if (claim == null) {
        return archive.backend();
      }
      Backend guarded = claim.guard(archive);
      return new Noting(archive.name(), written == Role.DATA ? new Reserve(guarded) : guarded);
    } catch (ArchiveUnavailableException e) {
      troubles.put(name(number), String.valueOf(e.getMessage()));
      throw new IOException(e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Returns the last reason for which an archive could not be used or written to, by its name. */
  Map<String, String> troubles() {
    Map<String, String> all = new TreeMap<>(troubles);
    for (AttachedArchive archive : set.all()) {
      if (!archive.isAvailable()) {
        all.put(archive.name(), archive.detail()); // nobody tries to write there
      }
    }
    return all;
  }

  /** Keeps the reasons for which shards are not written. */
  private final class Noting extends ForwardingBackend {
    private final String name;

    Noting(String name, Backend backend) {
      super(backend);
      this.name = name;
    }

    @Override
    public void write(ShardName shard, ByteBuffer... content) throws IOException {
      try {
        super.write(shard, content);
      } catch (ShardExistsException e) {
        throw e; // a repair meets those that it replaces then
      } catch (IOException e) {
        note(e);
        throw e;
      }
    }

    @Override
    public void replace(ShardName shard, ByteBuffer... content) throws IOException {
      try {
        super.replace(shard, content);
      } catch (IOException e) {
        note(e);
        throw e;
      }
    }

    private void note(IOException e) {
      troubles.put(name, Reasons.of(e));
    }
  }
}
