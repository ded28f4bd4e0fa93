package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.MalformedRecordException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Disjoint roots in rising order, kept in flat arrays: 41 bytes a root. */
final class RootList {
  private final long[] starts;
  private final byte[] levels;
  private final byte[] keys;
  private final int count;

  private RootList(long[] starts, byte[] levels, byte[] keys, int count) {
    this.starts = starts;
    this.levels = levels;
    this.keys = keys;
    this.count = count;
  }

  int count() {
    return count;
  }

  long start(int i) {
    return starts[i];
  }

  int level(int i) {
    return levels[i];
  }

  void copyKey(int i, byte[] out, int at) {
    System.arraycopy(keys, i * NodeHash.KEY_LENGTH, out, at, NodeHash.KEY_LENGTH);
  }

  /** Returns the last root that starts at or before a leaf, or -1. */
  int floor(long leaf) {
    int i = Arrays.binarySearch(starts, 0, count, leaf);
    return i >= 0 ? i : -i - 2;
  }

  void wipe() {
    Arrays.fill(keys, (byte) 0);
  }

  /** Collects roots in rising order. */
  static final class Builder {
    private long[] starts = new long[8];
    private byte[] levels = new byte[8];
    private byte[] keys = new byte[8 * NodeHash.KEY_LENGTH];
    private int count;

    void add(long start, int level, byte[] from, int at) {
      if (count == starts.length) {
        int more = Math.multiplyExact(count, 2);
        starts = Arrays.copyOf(starts, more);
        levels = Arrays.copyOf(levels, more);
        byte[] old = keys;
        keys = Arrays.copyOf(keys, Math.multiplyExact(more, NodeHash.KEY_LENGTH));
        Arrays.fill(old, (byte) 0);
      }
      starts[count] = start;
      levels[count] = (byte) level;
      System.arraycopy(from, at, keys, count * NodeHash.KEY_LENGTH, NodeHash.KEY_LENGTH);
      count++;
    }

    void wipe() {
      Arrays.fill(keys, (byte) 0);
    }

    RootList build() {
      return new RootList(starts, levels, keys, count);
    }
  }

  /**
   * Returns how long the encoding is: count (4 bytes); for each root one byte, level × 16 + gap to
   * the end of the root before (15: a longer gap follows as a variable-length number), and its key.
   */
  int encodedLength(Fanouts fanouts) {
    long length = Integer.BYTES;
    long end = 0;
    for (int i = 0; i < count; i++) {
      long gap = starts[i] - end;
      length += 1 + NodeHash.KEY_LENGTH + (gap < 15 ? 0 : varintLength(gap));
      end = starts[i] + fanouts.size(levels[i]);
    }
    return Math.toIntExact(length);
  }

  void encode(Fanouts fanouts, ByteBuffer out) {
    out.putInt(count);
    long end = 0;
    for (int i = 0; i < count; i++) {
      long gap = starts[i] - end;
      out.put((byte) ((levels[i] << 4) | (int) Math.min(gap, 15)));
      if (gap >= 15) {
        putVarint(out, gap);
      }
      out.put(keys, i * NodeHash.KEY_LENGTH, NodeHash.KEY_LENGTH);
      end = starts[i] + fanouts.size(levels[i]);
    }
  }

  /**
   * Reads what {@link #encode} wrote, and nothing else: a list has one encoding.
   *
   * @param limit roots must end at or before this leaf
   * @throws MalformedRecordException if it is no list of disjoint, aligned roots below the limit
   */
  static RootList decode(Fanouts fanouts, long limit, ByteBuffer in) {
    Builder builder = new Builder();
    byte[] key = new byte[NodeHash.KEY_LENGTH];
    boolean done = false;
    try {
      int count = in.getInt();
      if (count < 0 || (long) count * (1 + NodeHash.KEY_LENGTH) > in.remaining()) {
        throw new MalformedRecordException("%d roots in %d bytes".formatted(count, in.remaining()));
      }
      long end = 0;
      for (int i = 0; i < count; i++) {
        int code = in.get() & 0xff;
        int level = code >> 4;
        long gap = code & 15;
        if (gap == 15) {
          gap = getVarint(in);
          if (gap < 15) {
            throw new MalformedRecordException(
                "root %d has a gap of %d spelt out".formatted(i, gap));
          }
        }
        if (level < 1 || level > fanouts.leafLevel() || gap < 0 || gap > limit - end) {
          throw new MalformedRecordException(
              "root %d has level %d and gap %d".formatted(i, level, gap));
        }
        long start = end + gap;
        if (start % fanouts.size(level) != 0 || fanouts.size(level) > limit - start) {
          throw new MalformedRecordException(
              "root %d of level %d starts at %d".formatted(i, level, start));
        }
        end = start + fanouts.size(level);
        in.get(key);
        builder.add(start, level, key, 0);
      }
      done = true;
      return builder.build();
    } catch (BufferUnderflowException e) {
      throw new MalformedRecordException("the list of roots ends too early", e);
    } finally {
      Arrays.fill(key, (byte) 0);
      if (!done) {
        builder.wipe();
      }
    }
  }

  static int varintLength(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  static void putVarint(ByteBuffer out, long value) {
    long rest = value;
    while (rest > 127) {
      out.put((byte) ((rest & 127) | 128));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  static long getVarint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int b = in.get();
      value |= (long) (b & 127) << shift;
      if (b >= 0) {
        if (b == 0 && shift > 0) {
          throw new MalformedRecordException("a number ends in a byte of nothing");
        }
        return value;
      }
    }
    throw new MalformedRecordException("a number has more than nine bytes");
  }
}
