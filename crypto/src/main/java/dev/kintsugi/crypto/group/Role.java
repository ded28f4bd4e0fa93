package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.UnsupportedVersionException;

/** What a member may do. Each role may do what the ones after it may. */
public enum Role {
  /** Signs rosters. */
  OWNER(1),
  /** Writes objects. */
  WRITER(2),
  /** Reads objects. */
  READER(3);

  private final byte code;

  Role(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  /**
   * Tells whether the role may write.
   *
   * @return true for owners and writers
   */
  public boolean mayWrite() {
    return this != READER;
  }

  static Role of(int code) {
    for (Role role : values()) {
      if (role.code == code) {
        return role;
      }
    }
    throw new UnsupportedVersionException("unknown role " + code);
  }
}
