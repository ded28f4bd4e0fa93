package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.dispersal.Archives;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The vault's archives as dispersal sees them. */
final class VaultArchives implements Archives {
  private final ArchiveSet set;
  private final @Nullable WriterClaim claim;

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
    try {
      AttachedArchive archive = set.get(number);
      return claim == null ? archive.backend() : claim.guard(archive);
    } catch (ArchiveUnavailableException | IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
