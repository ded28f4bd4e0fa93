package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnrecognizedFormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.crypto.Keyring;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.UnrecognizedRecordException;
import dev.kintsugi.crypto.UnsupportedVersionException;
import dev.kintsugi.crypto.WrongPassphraseException;
import java.nio.file.Path;

/** Opens records under a passphrase, with the store's errors. */
final class Passphrases {
  private Passphrases() {}

  static Keyring.Opened open(Keyring.Purpose purpose, Path file, byte[] record, char[] passphrase) {
    try {
      return new Keyring(purpose).open(record, passphrase);
    } catch (WrongPassphraseException e) {
      throw new AccessDeniedException("wrong passphrase for " + file, e);
    } catch (UnsupportedVersionException e) {
      throw new UnsupportedFormatException(file + ": " + e.getMessage(), e);
    } catch (UnrecognizedRecordException e) {
      throw new UnrecognizedFormatException(file + " is " + e.getMessage(), e);
    } catch (MalformedRecordException e) {
      throw new FormatException(file + ": " + e.getMessage(), e);
    }
  }
}
