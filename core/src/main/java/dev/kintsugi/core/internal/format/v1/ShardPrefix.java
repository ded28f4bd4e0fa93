package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.archive.ShardName;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The first {@value #LENGTH} bytes of a shard record: all that recovery needs to know of a shard.
 *
 * <p>Parsing checks the structure only; {@link #open} checks the seal.
 */
public final class ShardPrefix {
  /** Length in bytes; the payload follows. */
  public static final int LENGTH = 224;

  static final int MAGIC = 0x4b477368; // "KGsh"
  static final int VERSION = 1;

  private static final String STRUCTURE = "shard record";
  private static final int ASSOCIATED = 24;
  private static final int SEALED = ShardHeader.PLAIN_LENGTH + HeaderSeal.TAG_LENGTH;

  private final byte[] associated; // everything before the sealed header
  private final byte[] sealed;
  private final byte[] linkage;
  private final int payloadLength;

  private ShardPrefix(byte[] associated, byte[] sealed, byte[] linkage, int payloadLength) {
    this.associated = associated;
    this.sealed = sealed;
    this.linkage = linkage;
    this.payloadLength = payloadLength;
  }

  static byte[] encode(ShardKeys keys, ShardName name, ShardHeader header, byte[] mac) {
    byte[] plain = header.encode(mac);
    byte[] nonce = keys.nonce(name, plain);
    byte[] associated =
        ByteBuffer.allocate(ASSOCIATED)
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putShort((short) LENGTH)
            .put(keys.hint(name))
            .put(nonce)
            .array();
    byte[] sealed =
        HeaderSeal.sealWithSyntheticNonce(keys.header(), nonce, associated, name.toBytes(), plain);
    return ByteBuffer.allocate(LENGTH)
        .put(associated)
        .put(sealed)
        .put(keys.linkage(name))
        .putLong(header.payloadLength())
        .array();
  }

  /**
   * Parses a prefix.
   *
   * @param bytes holds the prefix
   * @param offset where it starts
   * @param available how many bytes are there, of which {@value #LENGTH} are read
   * @param recordLength length of the whole record, which must agree with the payload's
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws FormatException if it is anything else but a prefix
   */
  public static ShardPrefix parse(byte[] bytes, int offset, int available, long recordLength) {
    FieldReader in =
        new FieldReader(STRUCTURE, bytes, offset, Math.min(Math.max(0, available), LENGTH));
    in.start(MAGIC, VERSION);
    int length = in.u16("header length");
    if (length != LENGTH) {
      throw in.error("header length", Integer.toString(LENGTH), Integer.toString(length));
    }
    in.bytes("hint and nonce", ASSOCIATED - 8);
    byte[] associated = Arrays.copyOfRange(bytes, offset, offset + ASSOCIATED);
    byte[] sealed = in.bytes("sealed header", SEALED);
    byte[] linkage = in.bytes("linkage tag", ShardKeys.LINKAGE_LENGTH);
    long payload = in.i64("payload length");
    if (payload < 1 || payload > ShardRecord.MAX_PAYLOAD) {
      throw in.error(
          "payload length", "1 to " + ShardRecord.MAX_PAYLOAD, Long.toUnsignedString(payload));
    }
    long expected = ShardRecord.recordLength((int) payload);
    if (recordLength != expected) {
      throw in.error("record length", Long.toString(expected), Long.toString(recordLength));
    }
    return new ShardPrefix(associated, sealed, linkage, (int) payload);
  }

  /** Returns the payload's length in bytes. */
  public int payloadLength() {
    return payloadLength;
  }

  /**
   * Opens the header of the shard with a name.
   *
   * @return what it says; empty unless the whole prefix is exactly what these keys made for this
   *     name
   */
  public Optional<ShardHeader.Authenticated> open(ShardKeys keys, ShardName name) {
    byte[] hint = Arrays.copyOfRange(associated, 8, 8 + ShardKeys.HINT_LENGTH);
    if (!MessageDigest.isEqual(hint, keys.hint(name))) {
      return Optional.empty();
    }
    byte[] nonce = Arrays.copyOfRange(associated, 12, ASSOCIATED);
    byte[] plain = HeaderSeal.open(keys.header(), nonce, associated, name.toBytes(), sealed);
    if (plain == null || !MessageDigest.isEqual(linkage, keys.linkage(name))) {
      return Optional.empty();
    }
    ShardHeader.Authenticated opened;
    try {
      opened = ShardHeader.decode(plain);
    } catch (FormatException e) {
      // Authentic yet malformed: a later revision wrote what this one cannot read.
      throw new FormatException("shard " + name + ": " + e.getMessage(), e);
    }
    ShardHeader header = opened.header();
    if (header.payloadLength() != payloadLength
        || header.group() != keys.group()
        || header.keyVersion() != keys.version()) {
      return Optional.empty();
    }
    return Optional.of(opened);
  }

  /** Opens the header with whichever of the keys fits; the hint spares most trials. */
  public Optional<ShardHeader.Authenticated> open(List<ShardKeys> keys, ShardName name) {
    return keys.stream().flatMap(k -> open(k, name).stream()).findFirst();
  }

  /**
   * Returns the name that the record was made for, when it lies under another one.
   *
   * @return the true name; empty if the record is authentic under no name
   */
  public Optional<ShardName> trueName(ShardKeys keys) {
    ShardName name = keys.unlink(linkage);
    return open(keys, name).map(opened -> name);
  }
}
