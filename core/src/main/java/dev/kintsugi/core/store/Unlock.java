package dev.kintsugi.core.store;

import java.util.Arrays;

/** What opens a vault: a passphrase, wiped on close. Never printed. */
public final class Unlock implements AutoCloseable {
  private final char[] passphrase;

  private Unlock(char[] passphrase) {
    this.passphrase = passphrase;
  }

  /**
   * Unlocks with a passphrase.
   *
   * @param passphrase is copied; the caller may wipe its own
   */
  public static Unlock passphrase(char[] passphrase) {
    if (passphrase.length == 0) {
      throw new IllegalArgumentException("the passphrase is empty");
    }
    return new Unlock(passphrase.clone());
  }

  /** Returns the holder's own array; callers neither keep nor change it. */
  public char[] chars() {
    return passphrase;
  }

  @Override
  public void close() {
    Arrays.fill(passphrase, '\0');
  }

  @Override
  public String toString() {
    return "Unlock[passphrase]";
  }
}
