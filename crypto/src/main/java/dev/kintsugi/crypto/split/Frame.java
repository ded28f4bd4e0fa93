package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is really split: a piece of the secret with everything that proves it was combined rightly.
 *
 * <pre>{@code
 *  0 16  id of the split           29 p  data, zero padding
 * 16  8  number of the piece       .. 32 random nonce
 * 24  1  1 if it is the last       .. 32 SHA-256 of all bytes before
 * 25  4  length of the data
 * }</pre>
 *
 * <p>The nonce is as secret as the data: without it the hash would let whoever guesses the secret
 * confirm the guess, and whoever knows the secret forge shares that combine to another one. Padding
 * follows Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019): at
 * most 12 % and far less for long data; the true length is inside.
 */
final class Frame {
  static final int ID_LENGTH = 16;

  /** Bytes at the start that are known beforehand. */
  static final int HEAD_LENGTH = ID_LENGTH + Long.BYTES;

  private static final int DATA_AT = ID_LENGTH + Long.BYTES + 1 + Integer.BYTES;
  private static final int NONCE_LENGTH = 32;
  private static final int HASH_LENGTH = 32;

  /** Bytes of a frame besides the padded data. */
  static final int OVERHEAD = DATA_AT + NONCE_LENGTH + HASH_LENGTH;

  private Frame() {}

  static int length(int dataLength) {
    return Math.addExact(padded(dataLength), OVERHEAD);
  }

  /** Returns the Padmé length: the least one not below {@code length} with few significant bits. */
  static int padded(int length) {
    if (length < 2) {
      return length;
    }
    int exponent = 31 - Integer.numberOfLeadingZeros(length);
    int significant = 32 - Integer.numberOfLeadingZeros(exponent);
    int mask = (1 << Math.max(0, exponent - significant)) - 1;
    return Math.addExact(length, mask) & ~mask;
  }

  static byte[] make(byte[] id, long number, boolean last, byte[] data, int off, int len) {
    byte[] frame = new byte[length(len)];
    ByteBuffer out = ByteBuffer.wrap(frame);
    out.put(id).putLong(number).put((byte) (last ? 1 : 0)).putInt(len).put(data, off, len);
    int body = frame.length - HASH_LENGTH;
    RandomBytes.fill(frame, body - NONCE_LENGTH, NONCE_LENGTH);
    System.arraycopy(Ciphers.sha256(frame, 0, body), 0, frame, body, HASH_LENGTH);
    return frame;
  }

  /** Tells whether a combined frame is whole and of the expected split and place. */
  static boolean valid(byte[] frame, byte[] id, long number) {
    int body = frame.length - HASH_LENGTH;
    if (frame.length < OVERHEAD
        || !ConstantTime.equal(
            Ciphers.sha256(frame, 0, body), Arrays.copyOfRange(frame, body, frame.length))) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(frame);
    int length = in.getInt(DATA_AT - Integer.BYTES);
    return begins(frame, id, number)
        && length >= 0
        && length <= frame.length - OVERHEAD
        && length(length) == frame.length;
  }

  /** Tells whether a frame, or what of it is at hand, is of the expected split and place. */
  static boolean begins(byte[] frame, byte[] id, long number) {
    return ConstantTime.equal(id, Arrays.copyOf(frame, ID_LENGTH))
        && ByteBuffer.wrap(frame).getLong(ID_LENGTH) == number;
  }

  /** Returns the data of a valid frame. */
  static byte[] data(byte[] frame) {
    int length = ByteBuffer.wrap(frame).getInt(DATA_AT - Integer.BYTES);
    return Arrays.copyOfRange(frame, DATA_AT, DATA_AT + length);
  }

  /** Tells whether a valid frame is the last. */
  static boolean last(byte[] frame) {
    return frame[DATA_AT - Integer.BYTES - 1] == 1;
  }

  /** Reads the length of a frame from the four bytes in front of a share. */
  static Optional<Integer> claimedLength(byte[] share) {
    if (share.length < Integer.BYTES) {
      return Optional.empty();
    }
    int length = ByteBuffer.wrap(share).getInt();
    return length < OVERHEAD ? Optional.empty() : Optional.of(length);
  }
}
