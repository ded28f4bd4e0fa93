package dev.kintsugi.cli;

import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultProvider;
import java.nio.file.Path;
import java.util.List;

/** The store's public entry points as a value, so that verbs can be tested on others. */
final class PublicVaults implements VaultProvider {
  @Override
  public void create(Path directory, VaultOptions options, Unlock unlock) {
    Vault.create(directory, options, unlock);
  }

  @Override
  public Vault open(Path directory, Unlock unlock, boolean readOnly) {
    return readOnly ? Vault.openReadOnly(directory, unlock) : Vault.open(directory, unlock);
  }

  @Override
  public RecoverReport recover(
      Path directory,
      Path kit,
      Unlock kitUnlock,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    return Vault.recover(directory, kit, kitUnlock, archives, unlock, progress);
  }

  @Override
  public RecoverReport recover(
      Path directory,
      List<String> mnemonics,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    return Vault.recover(directory, mnemonics, archives, unlock, progress);
  }

  @Override
  public void validate(ArchiveSpec archive) {
    Vault.validate(archive);
  }
}
