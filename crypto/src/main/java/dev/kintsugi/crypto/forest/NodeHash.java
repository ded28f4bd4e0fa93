package dev.kintsugi.crypto.forest;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Derives the key of a child node: HMAC-SHA256(parent, label ‖ forest id ‖ level ‖ offset), where
 * the label is 1 for inner nodes and 2 for leaves. Labels keep a leaf key, which leaves the forest,
 * from ever being the key of a node.
 *
 * <p>HMAC (RFC 2104) is spelled out over two digests because the platform's {@code Mac} allocates
 * several objects whenever the key changes, and here every second call changes it. Not thread-safe.
 */
final class NodeHash {
  static final int KEY_LENGTH = 32;
  static final int ID_LENGTH = 16;

  private static final int BLOCK = 64;
  private static final int LABEL_AT = 0;
  private static final int LEVEL_AT = 1 + ID_LENGTH;
  private static final int OFFSET_AT = LEVEL_AT + 1;

  private final MessageDigest inner = sha256();
  private final MessageDigest outer = sha256();
  private final byte[] innerPad = new byte[BLOCK];
  private final byte[] outerPad = new byte[BLOCK];
  private final byte[] message = new byte[OFFSET_AT + Long.BYTES];
  private final byte[] digest = new byte[KEY_LENGTH];
  private final ByteBuffer messageView = ByteBuffer.wrap(message);

  NodeHash(byte[] forestId) {
    if (forestId.length != ID_LENGTH) {
      throw new IllegalArgumentException(
          "forest id (%d bytes) must have %d".formatted(forestId.length, ID_LENGTH));
    }
    messageView.put(1, forestId);
  }

  /** Chooses the parent whose children are derived next. */
  void parent(byte[] keys, int at) {
    Arrays.fill(innerPad, KEY_LENGTH, BLOCK, (byte) 0x36);
    Arrays.fill(outerPad, KEY_LENGTH, BLOCK, (byte) 0x5c);
    for (int i = 0; i < KEY_LENGTH; i++) {
      innerPad[i] = (byte) (keys[at + i] ^ 0x36);
      outerPad[i] = (byte) (keys[at + i] ^ 0x5c);
    }
  }

  /**
   * Writes a child's key.
   *
   * @param level the child's level
   * @param offset the child's number among the nodes of its level
   */
  void child(boolean leaf, int level, long offset, byte[] out, int at) {
    message[LABEL_AT] = (byte) (leaf ? 2 : 1);
    message[LEVEL_AT] = (byte) level;
    messageView.putLong(OFFSET_AT, offset);
    try {
      inner.update(innerPad);
      inner.update(message);
      inner.digest(digest, 0, KEY_LENGTH);
      outer.update(outerPad);
      outer.update(digest);
      outer.digest(out, at, KEY_LENGTH);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 gives 32 bytes", e);
    }
  }

  /** Wipes the parent's key. */
  void wipe() {
    Arrays.fill(innerPad, (byte) 0);
    Arrays.fill(outerPad, (byte) 0);
    Arrays.fill(digest, (byte) 0);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every Java platform", e);
    }
  }
}
