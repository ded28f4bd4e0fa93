package dev.kintsugi.core.store;

import java.nio.file.Path;
import java.util.List;

/**
 * What stands behind the static methods of {@link Vault}, found through {@link
 * java.util.ServiceLoader}.
 */
public interface VaultProvider {
  /** See {@link Vault#create}. */
  void create(Path directory, VaultOptions options, Unlock unlock);

  /** See {@link Vault#open} and {@link Vault#openReadOnly}. */
  Vault open(Path directory, Unlock unlock, boolean readOnly);

  /** See {@link Vault#recover(Path, Path, Unlock, List, Unlock, Progress)}. */
  RecoverReport recover(
      Path directory,
      Path kit,
      Unlock kitUnlock,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress);

  /** See {@link Vault#recover(Path, List, List, Unlock, Progress)}. */
  RecoverReport recover(
      Path directory,
      List<String> mnemonics,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress);

  /** See {@link Vault#validate}. */
  void validate(ArchiveSpec archive);
}
