package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.crypto.Argon2Parameters;
import dev.kintsugi.crypto.Keyring;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The recovery kit: root secret and configuration of a vault in one file under a passphrase of its
 * own. With it and enough archives everything comes back.
 *
 * @param root the root secret
 * @param config the vault as it was when the kit was made; archives may have changed since
 */
public record RecoveryKit(Secret root, VaultConfig config) implements AutoCloseable {
  private static final int MAX_BYTES = Keyring.MAX_EXTRA_LENGTH + (1 << 16);

  /**
   * Writes a kit, durably and for its owner's eyes only.
   *
   * @param file must not exist
   * @param root stays the caller's
   * @param passphrase stays the caller's
   * @throws PathExistsException if the file exists
   */
  public static void write(
      Path file, Secret root, VaultConfig config, char[] passphrase, Argon2Parameters cost) {
    byte[] record =
        new Keyring(Keyring.Purpose.RECOVERY_KIT)
            .seal(root, VaultConfigJson.encode(config), passphrase, cost);
    try {
      PrivateFiles.create(file, record);
    } catch (FileAlreadyExistsException e) {
      throw new PathExistsException(file + " exists; a recovery kit replaces nothing", e);
    } catch (IOException e) {
      throw new KintsugiException("cannot write the recovery kit " + file + ": " + e, e);
    }
  }

  /**
   * Reads a kit.
   *
   * @param passphrase stays the caller's
   * @throws dev.kintsugi.core.AccessDeniedException if the passphrase is wrong
   * @throws dev.kintsugi.core.UnrecognizedFormatException if the file is no recovery kit
   * @throws dev.kintsugi.core.FormatException if the kit is damaged
   */
  public static RecoveryKit read(Path file, char[] passphrase) {
    byte[] record;
    try {
      record = PrivateFiles.read(file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      throw new NoSuchPathException("the recovery kit " + file + " does not exist", e);
    } catch (IOException e) {
      throw new KintsugiException("cannot read the recovery kit " + file + ": " + e, e);
    }
    try (Keyring.Opened opened =
        Passphrases.open(Keyring.Purpose.RECOVERY_KIT, file, record, passphrase)) {
      VaultConfig config = VaultConfigJson.decode("the archive list in " + file, opened.extra());
      return new RecoveryKit(opened.root().copy(), config);
    }
  }

  /** Wipes the root secret. */
  @Override
  public void close() {
    root.close();
  }
}
