package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import java.util.Arrays;

/**
 * A sealed name of a directory entry: one byte with its length, the name, zeros up to a multiple of
 * {@value #STEP} bytes, sealed as an extent of its own under its own leaf (object = inode number of
 * the directory).
 */
public final class NameRecord {
  /** Names that need the same number of such steps have sealed forms of one length. */
  public static final int STEP = 32;

  private static final String STRUCTURE = "name record";

  private NameRecord() {}

  /**
   * Seals a name.
   *
   * @param key a key that seals nothing else
   */
  public static byte[] seal(ExtentKey key, Name name) {
    byte[] bytes = name.toBytes();
    byte[] plain = new byte[(1 + bytes.length + STEP - 1) / STEP * STEP];
    plain[0] = (byte) bytes.length;
    System.arraycopy(bytes, 0, plain, 1, bytes.length);
    return new ExtentSealer(key).sealExtent(plain);
  }

  /**
   * Opens a sealed name.
   *
   * @throws dev.kintsugi.crypto.AuthenticationFailedException if it is not what was sealed
   * @throws FormatException if it is authentic, yet holds no name
   */
  public static Name open(ExtentKey key, byte[] sealed) {
    return decode(new ExtentSealer(key).openExtent(sealed));
  }

  static Name decode(byte[] plain) {
    FieldReader in = new FieldReader(STRUCTURE, plain);
    int length = in.u8("name length");
    byte[] name = in.bytes("name", length);
    in.zeros("padding", in.remaining());
    if (plain.length != (1 + length + STEP - 1) / STEP * STEP) {
      throw in.error("length", "the least multiple of " + STEP, Integer.toString(plain.length));
    }
    try {
      return Name.of(name);
    } catch (InvalidPathException e) {
      throw new FormatException(
          STRUCTURE + ": name is " + Arrays.toString(name) + ", " + e.getMessage(), e);
    }
  }

  static boolean isSealedLength(int length) {
    int plain = length - ExtentSealer.TAG_SIZE;
    return plain >= STEP && plain <= 1 + Name.MAX_BYTES && plain % STEP == 0;
  }
}
