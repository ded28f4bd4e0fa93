package dev.kintsugi.crypto.split;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The records behind the header of a share file: for each piece its length (4 bytes, at least 1),
 * the share, and CRC32C of piece number, length and share; at the end a zero length, the number of
 * pieces (8 bytes), and the same checksum with the complement of the piece number.
 */
final class ShareRecords {
  private ShareRecords() {}

  /** Writes one share file. */
  static final class Writer {
    private final OutputStream out;
    private final CRC32C crc = new CRC32C();
    private long number;

    Writer(OutputStream out, ShareHeader header) throws IOException {
      this.out = out;
      out.write(header.encode());
    }

    void write(byte[] share) throws IOException {
      begin(share.length);
      add(share, 0, share.length);
      end();
    }

    /** Begins the next share, of which all bytes are added before it is ended. */
    void begin(int length) throws IOException {
      ByteBuffer prefix = ByteBuffer.allocate(Integer.BYTES).putInt(0, length);
      out.write(prefix.array());
      crc.reset();
      crc.update(head(number, length));
    }

    void add(byte[] share, int off, int len) throws IOException {
      out.write(share, off, len);
      crc.update(share, off, len);
    }

    void end() throws IOException {
      number++;
      out.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, (int) crc.getValue()).array());
    }

    void finish() throws IOException {
      byte[] count = ByteBuffer.allocate(Long.BYTES).putLong(0, number).array();
      out.write(new byte[Integer.BYTES]);
      out.write(count);
      out.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, crc(~number, count)).array());
      out.flush();
    }
  }

  /**
   * Reads one share file of any content. Damage never throws: a record with a wrong checksum is one
   * missing piece, and after damage that hides where the next record starts everything is missing.
   */
  static final class Reader {
    private final InputStream in;
    private final int longest;
    private long number;
    private boolean damaged;
    private boolean ended;
    private boolean endSound;

    Reader(InputStream in, ShareHeader header) {
      this.in = in;
      this.longest = header.recordLength();
    }

    /** Returns the next piece's share, or null if it is missing or damaged. */
    byte @Nullable [] next() throws IOException {
      if (ended) {
        return null;
      }
      try {
        byte[] prefix = exactly(Integer.BYTES);
        int length = ByteBuffer.wrap(prefix).getInt();
        if (length == 0) {
          finish();
          return null;
        }
        if (length < 0 || length > longest) {
          return broken();
        }
        byte[] share = exactly(length);
        int crc = ByteBuffer.wrap(exactly(Integer.BYTES)).getInt();
        if (crc != crc(number++, share)) {
          damaged = true;
          // If the length itself is wrong, everything behind it is; that shows in the next records.
          return null;
        }
        return share;
      } catch (EOFException e) {
        return broken();
      }
    }

    /** Checks the end; damage there is reported, and harms nothing. */
    private void finish() throws IOException {
      ended = true;
      byte[] count = exactly(Long.BYTES);
      int crc = ByteBuffer.wrap(exactly(Integer.BYTES)).getInt();
      endSound = ByteBuffer.wrap(count).getLong() == number && crc == crc(~number, count);
      damaged |= !endSound;
      damaged |= in.read() >= 0;
    }

    private byte @Nullable [] broken() {
      ended = true;
      damaged = true;
      return null;
    }

    /** Reads the end, which must follow now; anything else counts as damage. */
    void expectEnd() throws IOException {
      if (!ended) {
        boolean atEnd = next() == null && ended;
        damaged |= !atEnd;
      }
    }

    boolean ended() {
      return ended;
    }

    /** Tells whether the file says, soundly, that it has so many pieces, damaged ones included. */
    boolean endsAfter(long pieces) {
      return endSound && number == pieces;
    }

    /** Tells whether a checksum failed or the file was cut so far. */
    boolean damaged() {
      return damaged;
    }

    private byte[] exactly(int n) throws IOException {
      byte[] bytes = in.readNBytes(n);
      if (bytes.length < n) {
        throw new EOFException();
      }
      return bytes;
    }
  }

  private static int crc(long number, byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(head(number, content.length));
    crc.update(content);
    return (int) crc.getValue();
  }

  private static byte[] head(long number, int length) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(number).putInt(length).array();
  }
}
