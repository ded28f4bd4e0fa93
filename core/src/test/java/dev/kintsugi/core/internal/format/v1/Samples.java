package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** Fixed keys, names and records of every kind, whose bytes are kept in golden files. */
final class Samples {
  static final byte[] VAULT = bytes(0xa0, 16);
  static final ShardName NAME = ShardName.parse("000102030405060708090a0b0c0d0e0f");
  static final StripeId STRIPE = StripeId.of(bytes(0x40, 16));
  static final ShardHeader HEADER =
      new ShardHeader(Role.MANIFEST, STRIPE, 3, "rs:4+2", 70, 0, 1, 5, 77, 66, false);

  static final ShardHeader MASKED =
      new ShardHeader(Role.DATA, STRIPE, 2, "replicate:3", 70, 0, 1, 5, 77, 0, true);

  private Samples() {}

  static Secret root() {
    return Secret.copyOf(bytes(1, 32));
  }

  static GroupKeys keys() {
    try (Secret root = root()) {
      return GroupKeys.derive(root, 0, 1);
    }
  }

  static GroupKeys otherKeys() {
    try (Secret root = root()) {
      return GroupKeys.derive(root, 0, 2);
    }
  }

  /** Returns bytes that count up from a start. */
  static byte[] bytes(int start, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (start + i);
    }
    return bytes;
  }

  static byte[] shardRecord(ShardKeys keys, ShardName name, ShardHeader header, byte[] payload) {
    return join(ShardRecord.encode(keys, name, header, payload, 0));
  }

  static byte[] smallShard() {
    try (GroupKeys keys = keys()) {
      return shardRecord(keys.shards(), NAME, HEADER, bytes(7, 70));
    }
  }

  /** A shard with three chunks, the last of them short. */
  static byte[] largeShard() {
    byte[] payload = new byte[2 * ShardRecord.CHUNK + 1000];
    new Random(42).nextBytes(payload);
    ShardHeader header =
        new ShardHeader(
            Role.DATA, STRIPE, 5, "rs:10+4:cauchy", payload.length, 0, 1, 0, 0, 0, false);
    try (GroupKeys keys = keys()) {
      return shardRecord(keys.shards(), NAME, header, payload);
    }
  }

  /** A masked copy of which the payload, as it was coded, counts up from 7. */
  static byte[] maskedShard() {
    byte[] payload = bytes(7, 70);
    try (GroupKeys keys = keys()) {
      keys.shards().mask(NAME, 0, payload, 0, payload.length);
      return shardRecord(keys.shards(), NAME, MASKED, payload);
    }
  }

  static ArchiveHead head() {
    return new ArchiveHead(2, 0x0123456789abcdefL, 77, 0xfedcba9876543210L);
  }

  static CommitHeader commitHeader() {
    return new CommitHeader(
        77,
        3,
        1,
        2,
        5_000_000_000L,
        1234,
        List.of(
            new CommitHeader.Located(
                RecordKind.INODE, 9, 77, 4_999_999_999L, new ExtentAddress(0, 500), 150),
            new CommitHeader.Located(
                RecordKind.CONTENT, 9, 76, 4_999_999_998L, new ExtentAddress(2, 0), 51),
            new CommitHeader.Tombstone(11, 77),
            new CommitHeader.Retired(StripeId.of(bytes(0x60, 16))),
            new CommitHeader.Ended(2, 76)));
  }

  static InodeRecord inode() {
    return new InodeRecord(
        9,
        Kind.FILE,
        04755,
        4_000_000_000L,
        1000,
        1L << 40,
        Instant.parse("2026-01-02T03:04:05.678901234Z"),
        Instant.parse("1901-01-02T03:04:05.000000001Z"),
        new byte[0],
        76,
        List.of(
            new InodeRecord.Link(1, 4_999_999_990L, sealedName("naïve file.txt")),
            new InodeRecord.Link(7, 4_999_999_991L, sealedName("x".repeat(255)))));
  }

  static InodeRecord symlink() {
    return new InodeRecord(
        10,
        Kind.SYMLINK,
        0777,
        0,
        0,
        11,
        Instant.EPOCH,
        Instant.EPOCH,
        "../elsewhere".getBytes(StandardCharsets.US_ASCII),
        0,
        List.of());
  }

  static ContentRecord content() {
    return new ContentRecord(
        List.of(
            new ContentRecord.Extent(0, 8 << 20, 3, STRIPE, new ExtentAddress(0, 0)),
            new ContentRecord.Extent(
                1L << 40, 1, 4, StripeId.of(bytes(0x80, 16)), new ExtentAddress(3, 12345))));
  }

  static ExtentKey nameKey(GroupKeys keys) {
    try (Secret leaf = Secret.copyOf(bytes(0x55, 32))) {
      return keys.extentKey(VAULT, 1, 4_999_999_990L, leaf);
    }
  }

  static byte[] sealedName(String name) {
    try (GroupKeys keys = keys();
        ExtentKey key = nameKey(keys)) {
      return NameRecord.seal(key, Name.of(name));
    }
  }

  static ArchiveMarker marker() {
    try (Secret root = root();
        Secret key = RootKeys.markerKey(root)) {
      return ArchiveMarker.of(key, bytes(0x20, 16));
    }
  }

  static byte[] join(ByteBuffer... parts) {
    int length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (ByteBuffer part : parts) {
      all.put(part.duplicate());
    }
    return all.array();
  }

  /** Recomputes every checksum of a record with a payload length, as a forger would. */
  static void forgeChecksums(byte[] record, int payloadLength) {
    ByteBuffer out = ByteBuffer.wrap(record);
    int trailer = ShardPrefix.LENGTH + payloadLength;
    int at = trailer;
    for (int start = ShardPrefix.LENGTH; start < trailer; start += ShardRecord.CHUNK) {
      out.putInt(at, crc(record, start, Math.min(trailer, start + ShardRecord.CHUNK)));
      at += 4;
    }
    out.putInt(at, crc(record, 0, at));
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
