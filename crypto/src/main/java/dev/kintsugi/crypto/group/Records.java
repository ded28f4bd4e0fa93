package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Writing and strict reading of the records of this package: big-endian, explicit lengths. */
final class Records {
  static final int HASH_LENGTH = 32;

  private Records() {}

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every Java platform", e);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, value).array();
  }

  /** Reads a record with bounds checked before anything is allocated. */
  static final class Reader {
    private final String what;
    private final ByteBuffer in;

    Reader(String what, byte[] record) {
      this.what = what;
      this.in = ByteBuffer.wrap(record);
    }

    void magic(String magic, int version) {
      magic(magic, version, version);
    }

    /** Reads the magic number and a version within bounds, which is returned. */
    int magic(String magic, int oldest, int newest) {
      if (!Arrays.equals(ascii(magic), bytes(magic.length()))) {
        throw new MalformedRecordException("not a " + what + ": no magic");
      }
      int found = unsignedShort();
      if (found < oldest || found > newest) {
        throw new UnsupportedVersionException(
            "%s version %d; this software knows %s"
                .formatted(
                    what,
                    found,
                    oldest == newest
                        ? "version " + newest
                        : "versions %d to %d".formatted(oldest, newest)));
      }
      return found;
    }

    /** Reads an algorithm identifier that must be the one known: there is no negotiation. */
    void algorithm(String role, int known) {
      int found = unsignedShort();
      if (found != known) {
        throw new UnsupportedVersionException(
            "%s: unknown %s algorithm 0x%04x, expected 0x%04x".formatted(what, role, found, known));
      }
    }

    byte[] bytes(int length) {
      if (length < 0 || length > in.remaining()) {
        throw new MalformedRecordException(
            "%s: %d bytes wanted, %d left".formatted(what, length, in.remaining()));
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      return bytes;
    }

    int unsignedByte() {
      return bytes(1)[0] & 0xff;
    }

    int unsignedShort() {
      return Short.toUnsignedInt(ByteBuffer.wrap(bytes(Short.BYTES)).getShort());
    }

    int integer() {
      return ByteBuffer.wrap(bytes(Integer.BYTES)).getInt();
    }

    long number() {
      return ByteBuffer.wrap(bytes(Long.BYTES)).getLong();
    }

    int position() {
      return in.position();
    }

    void end() {
      if (in.hasRemaining()) {
        throw new MalformedRecordException(
            "%s: %d bytes behind the end".formatted(what, in.remaining()));
      }
    }
  }
}
