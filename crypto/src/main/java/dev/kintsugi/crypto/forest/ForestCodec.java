package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes of forests and of their sealed images.
 *
 * <p>A sealed image is magic "KTFI" ‖ version (2 bytes) ‖ kind (1 byte) ‖ {@link Aead} record; the
 * associated data is the seven bytes in front ‖ forest id ‖ number. So an image opens only as what
 * it is, in the forest and at the place it was made for.
 *
 * <p>A forest is: number of fan-outs (1 byte), fan-outs minus one (1 byte each), first tree under
 * the spanning root (8 bytes), 1 if there is a spanning root (1 byte) and then its key (32 bytes),
 * the roots ({@link RootList}).
 */
public final class ForestCodec {
  /** Version of the format. */
  public static final int VERSION = 1;

  static final byte KIND_OBJECT = 1;
  static final byte KIND_SEGMENT = 2;
  static final byte KIND_TOP = 3;

  private static final byte[] MAGIC = "KTFI".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = MAGIC.length + Short.BYTES + 1;

  private ForestCodec() {}

  /**
   * Seals a forest of its own, such as the one an object's manifest carries.
   *
   * <p>To cut leaves out of it for good, seal what {@link Forest#without} returns under a fresh
   * leaf's key, make the image durable where it will be looked for, then puncture the leaf that
   * sealed the image before, and commit. Never seal two images under one leaf: whoever can read the
   * later one can read the earlier.
   *
   * @param forest the forest; it stays the caller's
   * @param key a key of 32 bytes that seals this version only, such as a fresh leaf's key
   * @param number what the image is bound to besides the forest's id, such as the object's number
   * @return the sealed image
   */
  public static byte[] seal(Forest forest, Secret key, long number) {
    byte[] plain = encode(forest);
    try {
      return seal(KIND_OBJECT, forest.id(), number, key, plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * Opens a forest sealed by {@link #seal}.
   *
   * @param image the sealed image
   * @param key the key it was sealed under
   * @param forestId the forest's id
   * @param number the number it was bound to
   * @return a forest owned by the caller
   * @throws AuthenticationFailedException if anything differs from what was sealed
   * @throws MalformedRecordException if it is no image of a forest
   * @throws UnsupportedVersionException if its version is unknown
   */
  public static Forest open(byte[] image, Secret key, byte[] forestId, long number) {
    byte[] plain = open(KIND_OBJECT, forestId, number, key, image);
    try {
      return decode(forestId, ByteBuffer.wrap(plain));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  static byte[] seal(byte kind, byte[] forestId, long number, Secret key, byte[] plain) {
    byte[] header = header(kind);
    byte[] sealed = Aead.seal(key, associatedData(header, forestId, number), plain);
    return ByteBuffer.allocate(HEADER + sealed.length).put(header).put(sealed).array();
  }

  static byte[] open(byte kind, byte[] forestId, long number, Secret key, byte[] image) {
    if (image.length < HEADER || !Arrays.equals(MAGIC, Arrays.copyOf(image, MAGIC.length))) {
      throw new MalformedRecordException("not a forest image: no magic");
    }
    int version = Short.toUnsignedInt(ByteBuffer.wrap(image).getShort(MAGIC.length));
    if (version != VERSION) {
      throw new UnsupportedVersionException(
          "forest image version %d; this software knows version %d".formatted(version, VERSION));
    }
    byte[] header = header(kind);
    if (image[HEADER - 1] != kind) {
      throw new MalformedRecordException(
          "forest image of kind %d where kind %d belongs".formatted(image[HEADER - 1], kind));
    }
    byte[] sealed = Arrays.copyOfRange(image, HEADER, image.length);
    return Aead.open(key, associatedData(header, forestId, number), sealed);
  }

  private static byte[] header(byte kind) {
    return ByteBuffer.allocate(HEADER).put(MAGIC).putShort((short) VERSION).put(kind).array();
  }

  private static byte[] associatedData(byte[] header, byte[] forestId, long number) {
    return ByteBuffer.allocate(header.length + forestId.length + Long.BYTES)
        .put(header)
        .put(forestId)
        .putLong(number)
        .array();
  }

  static byte[] encode(Forest forest) {
    int[] fanouts = forest.fanouts().toArray();
    byte[] span = forest.spanKey();
    RootList roots = forest.rootList();
    int length = 1 + fanouts.length + Long.BYTES + 1 + span.length;
    ByteBuffer out =
        ByteBuffer.allocate(Math.addExact(length, roots.encodedLength(forest.fanouts())));
    out.put((byte) fanouts.length);
    for (int f : fanouts) {
      out.put((byte) (f - 1));
    }
    out.putLong(forest.spanFrom()).put((byte) (span.length > 0 ? 1 : 0)).put(span);
    roots.encode(forest.fanouts(), out);
    Arrays.fill(span, (byte) 0);
    return out.array();
  }

  /**
   * Reads what {@link #encode} wrote for a segment: a tree or what is left of it.
   *
   * @throws MalformedRecordException if it is something else
   */
  static Forest decodeSegment(byte[] forestId, Fanouts shape, ByteBuffer in) {
    Forest forest = decode(forestId, in);
    if (!forest.fanouts().equals(shape) || forest.spanFrom() != 1 || forest.spans()) {
      forest.close();
      throw new MalformedRecordException(
          "%s is not what is left of one tree of %s".formatted(forest, shape));
    }
    return forest;
  }

  /**
   * Reads what {@link #encode} wrote, and nothing else: a forest has one encoding.
   *
   * @param in the encoding, to its limit
   * @throws MalformedRecordException if it is none, or something comes behind it
   */
  static Forest decode(byte[] forestId, ByteBuffer in) {
    try {
      int[] numbers = new int[in.get() & 0xff];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (in.get() & 0xff) + 1;
      }
      Fanouts fanouts = Fanouts.of(numbers);
      long spanFrom = in.getLong();
      if (spanFrom < 0 || spanFrom > Long.MAX_VALUE / fanouts.treeSize()) {
        throw new MalformedRecordException("spanning root from tree " + spanFrom);
      }
      byte flag = in.get();
      if (flag != 0 && flag != 1) {
        throw new MalformedRecordException("spanning root flag " + flag);
      }
      byte[] span = new byte[flag == 1 ? NodeHash.KEY_LENGTH : 0];
      in.get(span);
      RootList roots;
      try {
        roots = RootList.decode(fanouts, spanFrom * fanouts.treeSize(), in);
      } catch (MalformedRecordException e) {
        Arrays.fill(span, (byte) 0);
        throw e;
      }
      Forest forest = new Forest(forestId, fanouts, roots, spanFrom, span);
      if (in.hasRemaining()) {
        forest.close();
        throw new MalformedRecordException(in.remaining() + " bytes behind the forest");
      }
      return forest;
    } catch (BufferUnderflowException e) {
      throw new MalformedRecordException("the forest ends too early", e);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("impossible forest: " + e.getMessage(), e);
    }
  }
}
