package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a shard file, format version {@value #VERSION}; see
 * docs/FORMAT.md.
 *
 * @param scheme the name of the code, as {@link ErasureCode#toString} prints it
 * @param index which shard of the code the file holds
 * @param unit the bytes of a block, see {@link Striping}
 * @param fileBytes the length of the whole file that was encoded
 * @param digest its SHA-256, in hexadecimal
 * @param blockSums CRC32C over the checksums of all blocks of this shard
 */
record ShardHeader(
    String scheme, int index, int unit, long fileBytes, String digest, int blockSums) {
  static final int BYTES = 128;
  static final int VERSION = 1;

  private static final byte[] MAGIC = {(byte) 0x89, 'K', 'S', 'H', '\r', '\n', 0x1a, '\n'};
  private static final int SCHEME_AT = 64;
  private static final int CHECKSUM_AT = BYTES - Integer.BYTES;
  private static final int MAX_SCHEME = CHECKSUM_AT - SCHEME_AT;

  private static final int DIGEST_BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();

  /** What all shards of one set have in common. */
  record Identity(String scheme, int unit, long fileBytes, String digest) {}

  Identity identity() {
    return new Identity(scheme, unit, fileBytes, digest);
  }

  /** Returns whether the bytes begin as a shard file does. */
  static boolean hasMagic(byte[] bytes) {
    return bytes.length >= MAGIC.length
        && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** Returns the header as bytes. */
  byte[] toBytes() {
    byte[] name = scheme.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.put(MAGIC).putShort((short) VERSION).putShort((short) BYTES);
    out.put((byte) name.length).put((byte) index).putShort((short) 0);
    out.putInt(unit).putInt(blockSums).putLong(fileBytes).put(HEX.parseHex(digest));
    out.put(SCHEME_AT, name);
    out.putInt(CHECKSUM_AT, checksum(out.array()));
    return out.array();
  }

  /**
   * Reads a header.
   *
   * @param bytes the first bytes of a file, more than the header or fewer
   * @throws UnsupportedShardVersionException if the version is newer than this one
   * @throws ShardFormatException if it is none
   */
  static ShardHeader parse(byte[] bytes) {
    if (!hasMagic(bytes)) {
      throw new ShardFormatException("does not begin as a shard file does");
    }
    if (bytes.length < BYTES) {
      throw new ShardFormatException(
          "header is cut short: %d of %d bytes".formatted(bytes.length, BYTES));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int stored = in.getInt(CHECKSUM_AT);
    int version = in.getShort(MAGIC.length) & 0xffff;
    if (stored != checksum(bytes)) {
      throw new ShardFormatException(
          "header is damaged: checksum %08x, computed %08x".formatted(stored, checksum(bytes)));
    }
    if (version > VERSION) {
      throw new UnsupportedShardVersionException(version, VERSION);
    }
    in.position(MAGIC.length + Short.BYTES);
    int headerBytes = in.getShort() & 0xffff;
    int nameBytes = in.get() & 0xff;
    int index = in.get() & 0xff;
    int zero = in.getShort();
    int unit = in.getInt();
    int blockSums = in.getInt();
    long fileBytes = in.getLong();
    byte[] digest = new byte[DIGEST_BYTES];
    in.get(digest);
    check("version", version, version == VERSION);
    check("header length", headerBytes, headerBytes == BYTES);
    check("length of the scheme", nameBytes, nameBytes >= 1 && nameBytes <= MAX_SCHEME);
    check("reserved field", zero, zero == 0);
    check("unit", unit, unit >= 1 && unit <= Striping.MAX_UNIT);
    check("file length", fileBytes, fileBytes >= 0);
    for (int i = SCHEME_AT + nameBytes; i < CHECKSUM_AT; i++) {
      check("padding", bytes[i], bytes[i] == 0);
    }
    String scheme = new String(bytes, SCHEME_AT, nameBytes, StandardCharsets.US_ASCII);
    ErasureCode code = code(scheme);
    check("shard index", index, index < code.totalShards());
    check("unit", unit, (long) unit * code.dataShards() <= Integer.MAX_VALUE - 8L);
    check("file length", fileBytes, isPossible(new Striping(code, unit), fileBytes));
    return new ShardHeader(scheme, index, unit, fileBytes, HEX.formatHex(digest), blockSums);
  }

  private static ErasureCode code(String scheme) {
    try {
      ErasureCode code = ErasureCodes.parse(scheme);
      if (!code.toString().equals(scheme)) {
        throw new ShardFormatException(
            "scheme (%s) is not the name of a code, but %s is".formatted(scheme, code));
      }
      return code;
    } catch (IllegalArgumentException e) {
      throw new ShardFormatException(String.valueOf(e.getMessage()));
    }
  }

  /** Returns whether the shard files of so long a file can exist. */
  private static boolean isPossible(Striping striping, long fileBytes) {
    long forSums = Long.MAX_VALUE - BYTES - striping.shardBytes(fileBytes);
    return striping.stripes(fileBytes) <= forSums / Integer.BYTES;
  }

  /** Returns how long each shard file of a file is. */
  static long shardFileBytes(Striping striping, long fileBytes) {
    return BYTES + striping.shardBytes(fileBytes) + striping.stripes(fileBytes) * Integer.BYTES;
  }

  private static void check(String field, long value, boolean isGood) {
    if (!isGood) {
      throw new ShardFormatException("%s (%d) is out of range".formatted(field, value));
    }
  }

  private static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CHECKSUM_AT);
    return (int) crc.getValue();
  }

  /** Returns the checksum of a block: of the shard's index, the block's number, and its bytes. */
  static int blockChecksum(int index, long number, ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(9).put((byte) index).putLong(number).flip());
    crc.update(block.duplicate());
    return (int) crc.getValue();
  }
}
