package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.archive.ShardName;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A whole shard record: what an archive holds of one stripe.
 *
 * <p>Checked level by level: {@link #parse} the structure, {@link #checksumProblem} the checksums
 * against accidents, {@link ShardPrefix#open} the header's seal, {@link #payloadAuthentic} the
 * payload's MAC against malice. The record's bytes are not copied and must not change meanwhile.
 */
public final class ShardRecord {
  /** Longest payload that is read or written, in bytes. */
  public static final int MAX_PAYLOAD = 1 << 30;

  /** Bytes of payload under one checksum. */
  public static final int CHUNK = 64 << 10;

  private final byte[] bytes;
  private final int offset;
  private final ShardPrefix prefix;

  private ShardRecord(byte[] bytes, int offset, ShardPrefix prefix) {
    this.bytes = bytes;
    this.offset = offset;
    this.prefix = prefix;
  }

  /**
   * Returns the length of a record.
   *
   * @param payloadLength bytes of its payload, 1 to {@link #MAX_PAYLOAD}
   */
  public static int recordLength(int payloadLength) {
    return ShardPrefix.LENGTH + payloadLength + trailerLength(payloadLength);
  }

  /**
   * Returns where a byte of the payload lies in the record.
   *
   * @param payloadOffset from 0
   */
  public static long position(int payloadOffset) {
    return (long) ShardPrefix.LENGTH + payloadOffset;
  }

  private static int trailerLength(int payloadLength) {
    return 4 * chunks(payloadLength) + 4;
  }

  private static int chunks(int payloadLength) {
    return (payloadLength + CHUNK - 1) / CHUNK;
  }

  /**
   * Makes a record around a payload, deterministically: the same arguments give the same bytes.
   *
   * @param keys the group's keys
   * @param name the shard's name, used for this shard alone
   * @param header what to say of it; its payload length counts
   * @param payload holds the payload, which is not copied
   * @param payloadOffset where it starts
   * @return the record in three parts: prefix, payload, checksums
   */
  public static ByteBuffer[] encode(
      ShardKeys keys, ShardName name, ShardHeader header, byte[] payload, int payloadOffset) {
    if (header.group() != keys.group() || header.keyVersion() != keys.version()) {
      throw new IllegalArgumentException(
          "the header's group %d version %d is not that of the keys: %d version %d"
              .formatted(header.group(), header.keyVersion(), keys.group(), keys.version()));
    }
    int length = header.payloadLength();
    byte[] mac = keys.mac(header, payload, payloadOffset, length);
    byte[] prefix = ShardPrefix.encode(keys, name, header, mac);
    ByteBuffer trailer = ByteBuffer.allocate(trailerLength(length));
    CRC32C whole = new CRC32C();
    CRC32C chunk = new CRC32C();
    whole.update(prefix, 0, prefix.length);
    for (int at = 0; at < length; at += CHUNK) {
      int n = Math.min(CHUNK, length - at);
      whole.update(payload, payloadOffset + at, n);
      chunk.reset();
      chunk.update(payload, payloadOffset + at, n);
      trailer.putInt((int) chunk.getValue());
    }
    whole.update(trailer.array(), 0, trailer.position());
    trailer.putInt((int) whole.getValue()).flip();
    return new ByteBuffer[] {
      ByteBuffer.wrap(prefix), ByteBuffer.wrap(payload, payloadOffset, length), trailer
    };
  }

  /**
   * Parses a record's structure.
   *
   * @param bytes holds the record
   * @param offset where it starts
   * @param length how long it is
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if its structure is wrong or its length does not
   *     agree
   */
  public static ShardRecord parse(byte[] bytes, int offset, int length) {
    return new ShardRecord(bytes, offset, ShardPrefix.parse(bytes, offset, length, length));
  }

  /** Returns the record's first part. */
  public ShardPrefix prefix() {
    return prefix;
  }

  /** Returns where the payload starts in the array that was parsed. */
  public int payloadOffset() {
    return offset + ShardPrefix.LENGTH;
  }

  /** Returns the payload's length in bytes. */
  public int payloadLength() {
    return prefix.payloadLength();
  }

  /** Checks all checksums; returns what is wrong, naming the first bad place. */
  public Optional<String> checksumProblem() {
    int length = payloadLength();
    ByteBuffer trailer =
        ByteBuffer.wrap(bytes, payloadOffset() + length, trailerLength(length)).slice();
    CRC32C whole = new CRC32C();
    CRC32C chunk = new CRC32C();
    whole.update(bytes, offset, ShardPrefix.LENGTH);
    String problem = null;
    for (int at = 0; at < length; at += CHUNK) {
      int n = Math.min(CHUNK, length - at);
      whole.update(bytes, payloadOffset() + at, n);
      chunk.reset();
      chunk.update(bytes, payloadOffset() + at, n);
      int stored = trailer.getInt();
      if (problem == null && stored != (int) chunk.getValue()) {
        problem =
            "CRC32C of payload bytes %d to %d is %08x, the record says %08x"
                .formatted(at, at + n - 1, (int) chunk.getValue(), stored);
      }
    }
    whole.update(bytes, payloadOffset() + length, trailer.position());
    int stored = trailer.getInt();
    if (problem == null && stored != (int) whole.getValue()) {
      problem =
          "CRC32C of the record is %08x, the record says %08x"
              .formatted((int) whole.getValue(), stored);
    }
    return Optional.ofNullable(problem);
  }

  /**
   * Returns which runs of {@value #CHUNK} payload bytes have the checksum that the record says,
   * whatever else is wrong with it.
   *
   * @param record the record's bytes, from index 0
   * @param payloadLength bytes of its payload, as known from elsewhere
   * @return the numbers of the sound runs, from 0
   */
  public static BitSet soundChunks(byte[] record, int payloadLength) {
    BitSet sound = new BitSet(chunks(payloadLength));
    ByteBuffer trailer =
        ByteBuffer.wrap(record, ShardPrefix.LENGTH + payloadLength, trailerLength(payloadLength));
    CRC32C chunk = new CRC32C();
    for (int at = 0; at < payloadLength; at += CHUNK) {
      chunk.reset();
      chunk.update(record, ShardPrefix.LENGTH + at, Math.min(CHUNK, payloadLength - at));
      sound.set(at / CHUNK, trailer.getInt() == (int) chunk.getValue());
    }
    return sound;
  }

  /**
   * Returns whether a payload is exactly the one that a header was made for.
   *
   * @param opened the header, opened with the same keys
   * @param payload holds the payload
   * @param payloadOffset where it starts
   */
  public static boolean payloadAuthentic(
      ShardKeys keys, ShardHeader.Authenticated opened, byte[] payload, int payloadOffset) {
    return keys.authentic(
        opened.mac(), opened.header(), payload, payloadOffset, opened.header().payloadLength());
  }

  /**
   * Returns whether the payload is exactly the one that the header was made for.
   *
   * @param opened this record's header, opened with the same keys
   */
  public boolean payloadAuthentic(ShardKeys keys, ShardHeader.Authenticated opened) {
    return keys.authentic(opened.mac(), opened.header(), bytes, payloadOffset(), payloadLength());
  }
}
