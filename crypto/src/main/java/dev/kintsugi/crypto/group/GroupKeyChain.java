package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.Secret;

/**
 * The owner's side of a group's keys: can make the state of every version up to a last one.
 *
 * <p>The chain is drawn from its end: the state of the last version is the owner's secret, earlier
 * ones are unwound from it. Revoking a member is giving everybody else the next version.
 * Thread-safe. Closing wipes the secret.
 */
public final class GroupKeyChain implements AutoCloseable {
  /** The most versions of one chain: unwinding all of it takes well under a second. */
  public static final int MAX_VERSIONS = 1 << 18;

  /** The number of versions unless there is a reason for another. */
  public static final int DEFAULT_VERSIONS = 1 << 14;

  private final GroupKeyState last;

  /**
   * Restores a chain.
   *
   * @param group the group's id, 16 bytes
   * @param versions the last version, 1 to {@value #MAX_VERSIONS}
   * @param lastState the state of the last version, 32 uniformly random bytes; copied
   */
  public GroupKeyChain(byte[] group, int versions, Secret lastState) {
    if (versions < 1 || versions > MAX_VERSIONS) {
      throw new IllegalArgumentException(
          "versions (%d) must be in 1..%d".formatted(versions, MAX_VERSIONS));
    }
    this.last = new GroupKeyState(group, versions, lastState.copy());
  }

  /**
   * Returns the state of a version.
   *
   * @param version 1 to the last version
   * @return a new state owned by the caller
   * @throws IllegalArgumentException if the version is out of range
   */
  public GroupKeyState state(int version) {
    return last.unwind(version);
  }

  /**
   * Returns the last version.
   *
   * @return the number of versions
   */
  public int versions() {
    return last.version();
  }

  @Override
  public void close() {
    last.close();
  }
}
