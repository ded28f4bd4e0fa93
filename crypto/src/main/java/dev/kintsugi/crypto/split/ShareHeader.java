package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a share file: which share of which split it is.
 *
 * <pre>{@code
 *  0  4  magic "KTSS"             .. 16  id of the sharing: new after refresh or re-sharing
 *  4  2  version                  ..  4  generation: how often that happened
 *  6  1  length of the name       ..  1  position
 *  7  l  name of the splitter     ..  4  secret bytes per piece
 * .. 16  id of the split          ..  4  CRC32C of all bytes before
 * }</pre>
 *
 * @param splitter the splitter
 * @param splitId the id of the split, the same for ever; 16 bytes
 * @param sharingId the id of the sharing; shares combine only with shares of the same; 16 bytes
 * @param generation how often the shares were refreshed or re-shared
 * @param position the share's position, from 0
 * @param pieceLength how many bytes of the secret a piece holds, the last excepted
 */
// The arrays are copied on the way in and out, and compared by content.
@SuppressWarnings("ArrayRecordComponent")
public record ShareHeader(
    SecretSplitter splitter,
    byte[] splitId,
    byte[] sharingId,
    int generation,
    int position,
    int pieceLength) {
  /** Version of the format. */
  public static final int VERSION = 1;

  /** The longest piece that is accepted, in bytes. */
  public static final int MAX_PIECE_LENGTH = 16 << 20;

  private static final byte[] MAGIC = "KTSS".getBytes(StandardCharsets.US_ASCII);
  private static final int FIXED_START = 7;
  private static final int MAX_NAME = 40;

  /** Checks and copies. */
  public ShareHeader {
    if (splitId.length != Frame.ID_LENGTH || sharingId.length != Frame.ID_LENGTH) {
      throw new IllegalArgumentException(
          "ids (%d and %d bytes) must have %d"
              .formatted(splitId.length, sharingId.length, Frame.ID_LENGTH));
    }
    if (generation < 0) {
      throw new IllegalArgumentException(
          "generation (%d) must be at least 0".formatted(generation));
    }
    if (position < 0 || position >= splitter.shares()) {
      throw new IllegalArgumentException(
          "position (%d) must be in 0..%d".formatted(position, splitter.shares() - 1));
    }
    if (pieceLength < 1 || pieceLength > MAX_PIECE_LENGTH) {
      throw new IllegalArgumentException(
          "piece length (%d) must be in 1..%d".formatted(pieceLength, MAX_PIECE_LENGTH));
    }
    splitId = splitId.clone();
    sharingId = sharingId.clone();
  }

  @Override
  public byte[] splitId() {
    return splitId.clone();
  }

  @Override
  public byte[] sharingId() {
    return sharingId.clone();
  }

  /**
   * Returns the number of the share as people count, from 1.
   *
   * @return {@code position + 1}
   */
  public int number() {
    return position + 1;
  }

  ShareHeader at(int newPosition) {
    return new ShareHeader(splitter, splitId, sharingId, generation, newPosition, pieceLength);
  }

  /** The longest record of a share: the share of a full piece with its frame's length in front. */
  int recordLength() {
    return Integer.BYTES + splitter.shareLength(Frame.length(pieceLength));
  }

  boolean sameSplit(ShareHeader other) {
    return Arrays.equals(splitId, other.splitId);
  }

  boolean sameSharing(ShareHeader other) {
    return sameSplit(other)
        && Arrays.equals(sharingId, other.sharingId)
        && splitter.equals(other.splitter)
        && generation == other.generation
        && pieceLength == other.pieceLength;
  }

  byte[] encode() {
    byte[] name = splitter.toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(FIXED_START + name.length + tailLength());
    out.put(MAGIC).putShort((short) VERSION).put((byte) name.length).put(name);
    out.put(splitId).put(sharingId).putInt(generation).put((byte) position).putInt(pieceLength);
    out.putInt(crc(out.array()));
    return out.array();
  }

  private static int tailLength() {
    return 2 * Frame.ID_LENGTH + Integer.BYTES + 1 + Integer.BYTES + Integer.BYTES;
  }

  /**
   * Reads a header and leaves the stream behind it.
   *
   * @param in the start of a share file
   * @return the header
   * @throws MalformedRecordException if this is no share file, or it is damaged
   * @throws UnsupportedVersionException if its version or splitter is unknown
   * @throws IOException if reading fails
   */
  public static ShareHeader read(InputStream in) throws IOException {
    byte[] start = in.readNBytes(FIXED_START);
    if (start.length < FIXED_START || !Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
      throw new MalformedRecordException("not a share file: no magic");
    }
    int version = Short.toUnsignedInt(ByteBuffer.wrap(start).getShort(MAGIC.length));
    if (version != VERSION) {
      throw new UnsupportedVersionException(
          "share file version %d; this software knows version %d".formatted(version, VERSION));
    }
    int nameLength = start[FIXED_START - 1] & 0xff;
    if (nameLength > MAX_NAME) {
      throw new MalformedRecordException(
          "splitter name of %d bytes, at most %d".formatted(nameLength, MAX_NAME));
    }
    byte[] rest = in.readNBytes(nameLength + tailLength());
    byte[] all = Arrays.copyOf(start, FIXED_START + nameLength + tailLength());
    System.arraycopy(rest, 0, all, FIXED_START, rest.length);
    ByteBuffer buffer = ByteBuffer.wrap(all);
    if (rest.length < nameLength + tailLength()
        || buffer.getInt(all.length - Integer.BYTES) != crc(all)) {
      throw new MalformedRecordException("the header of the share file is damaged");
    }
    byte[] name = new byte[nameLength];
    byte[] splitId = new byte[Frame.ID_LENGTH];
    byte[] sharingId = new byte[Frame.ID_LENGTH];
    buffer.position(FIXED_START).get(name).get(splitId).get(sharingId);
    try {
      return new ShareHeader(
          splitter(new String(name, StandardCharsets.US_ASCII)),
          splitId,
          sharingId,
          buffer.getInt(),
          buffer.get() & 0xff,
          buffer.getInt());
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("impossible share file header: " + e.getMessage(), e);
    }
  }

  private static SecretSplitter splitter(String name) {
    try {
      return SecretSplitter.parse(name);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedVersionException("unknown splitter: " + e.getMessage(), e);
    }
  }

  private static int crc(byte[] all) {
    CRC32C crc = new CRC32C();
    crc.update(all, 0, all.length - Integer.BYTES);
    return (int) crc.getValue();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ShareHeader that && sameSharing(that) && position == that.position;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(sharingId) + position;
  }

  @Override
  public String toString() {
    return "share %d of %s, split %s, generation %d"
        .formatted(number(), splitter, HexFormat.of().formatHex(splitId), generation);
  }
}
