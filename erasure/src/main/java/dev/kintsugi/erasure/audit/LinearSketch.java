package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.internal.gf.Gf256;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.stream.IntStream;

/**
 * A short fingerprint of a shard that obeys the parity relation of its code: the sketches of the
 * shards of a stripe, made with one seed, are the shards of a stripe themselves. Archives can so be
 * audited by collecting sketches instead of shards: {@link dev.kintsugi.erasure.ErasureCode#verify}
 * tells whether they fit, and {@link ErrorLocator} which of them do not.
 *
 * <p>Byte i of a sketch is u_i·E·w_i, E being the bytes of the shard written as rows of {@value
 * #WIDTH} (the last one filled up with zeros) and u_i, w_i vectors derived from the seed. A change
 * of the shard that was made without knowing the seed leaves one byte of the sketch unchanged with
 * probability below 2/256, and all n of them below (2/256)^n. Who knows the seed can make changes
 * that no sketch shows: choose it at random for every audit, and only reveal it when the shards are
 * fixed.
 *
 * <p>Shards that differ in length only by zeros at the end have the same sketch.
 *
 * <p>A sketch in progress is not thread-safe.
 */
public final class LinearSketch {
  private static final int WIDTH = 4096;
  private static final int ROWS = 16;
  private static final int MAX_SIZE = 64;

  private final GaloisKernel kernel;
  private final byte[] seed;
  private final byte[][] block = new byte[ROWS][WIDTH];
  private final byte[][] sums;
  private long blocks;
  private int filled;
  private boolean finished;

  private LinearSketch(byte[] seed, int size, GaloisKernel kernel) {
    this.kernel = kernel;
    this.seed = seed.clone();
    this.sums = new byte[size][WIDTH];
  }

  /**
   * Starts a sketch.
   *
   * @param seed what selects the linear map, the same for all shards of a stripe; 16 random bytes
   *     or more
   * @param size the number of bytes of the sketch, in 1..64
   * @throws IllegalArgumentException if the size is out of range or the seed is null or empty
   */
  public static LinearSketch start(byte[] seed, int size) {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException("size (%d) must be in 1..%d".formatted(size, MAX_SIZE));
    }
    if (seed == null || seed.length == 0) {
      throw new IllegalArgumentException("seed must not be null or empty");
    }
    return new LinearSketch(seed, size, GaloisKernels.best());
  }

  /**
   * Returns the sketch of one range of bytes.
   *
   * @throws IllegalArgumentException as {@link #start} and {@link #update(byte[], int, int)}
   */
  public static byte[] of(byte[] seed, int size, byte[] shard, int offset, int length) {
    LinearSketch sketch = start(seed, size);
    sketch.update(shard, offset, length);
    return sketch.finish();
  }

  /**
   * Returns the sketch of a buffer from its position to its limit, which do not change.
   *
   * @throws IllegalArgumentException as {@link #start} and {@link #update(ByteBuffer)}
   */
  public static byte[] of(byte[] seed, int size, ByteBuffer shard) {
    LinearSketch sketch = start(seed, size);
    sketch.update(shard);
    return sketch.finish();
  }

  /**
   * Appends bytes of the shard.
   *
   * @throws IllegalArgumentException if the array is null or the range outside it
   * @throws IllegalStateException if the sketch is finished
   */
  public void update(byte[] bytes, int offset, int length) {
    if (bytes == null) {
      throw new IllegalArgumentException("bytes must not be null");
    }
    if (offset < 0 || length < 0 || bytes.length - (long) offset < length) {
      throw new IllegalArgumentException(
          "offset (%d) and length (%d) must be a range of %d bytes"
              .formatted(offset, length, bytes.length));
    }
    checkNotFinished();
    for (int done = 0; done < length; ) {
      int count = room(length - done);
      System.arraycopy(bytes, offset + done, block[filled / WIDTH], filled % WIDTH, count);
      added(count);
      done += count;
    }
  }

  /**
   * Appends the bytes of a buffer from its position to its limit, which do not change.
   *
   * @throws IllegalArgumentException if the buffer is null
   * @throws IllegalStateException if the sketch is finished
   */
  public void update(ByteBuffer bytes) {
    if (bytes == null) {
      throw new IllegalArgumentException("bytes must not be null");
    }
    checkNotFinished();
    int length = bytes.remaining();
    for (int done = 0; done < length; ) {
      int count = room(length - done);
      bytes.get(bytes.position() + done, block[filled / WIDTH], filled % WIDTH, count);
      added(count);
      done += count;
    }
  }

  /** Returns how many of some bytes go into the row that is being filled. */
  private int room(int count) {
    return Math.min(count, WIDTH - filled % WIDTH);
  }

  private void added(int count) {
    filled += count;
    if (filled == ROWS * WIDTH) {
      absorb();
    }
  }

  /**
   * Ends the sketch and returns it.
   *
   * @throws IllegalStateException if it was finished before
   */
  public byte[] finish() {
    checkNotFinished();
    if (filled > 0) {
      while (filled < ROWS * WIDTH) {
        block[filled / WIDTH][filled % WIDTH] = 0;
        filled++;
      }
      absorb();
    }
    finished = true;
    byte[] sketch = new byte[sums.length];
    byte[] weights = expand("columns", 0, sums.length * WIDTH);
    for (int i = 0; i < sketch.length; i++) {
      int sum = 0;
      for (int j = 0; j < WIDTH; j++) {
        sum ^= Gf256.multiply(sums[i][j] & 0xff, weights[i * WIDTH + j] & 0xff);
      }
      sketch[i] = (byte) sum;
    }
    return sketch;
  }

  private void absorb() {
    byte[] coefficients = expand("rows", blocks, sums.length * ROWS);
    kernel
        .prepare(
            coefficients,
            IntStream.range(0, ROWS).toArray(),
            IntStream.range(0, sums.length).toArray())
        .multiplyAdd(block, 0, sums, 0, WIDTH);
    blocks++;
    filled = 0;
  }

  private void checkNotFinished() {
    if (finished) {
      throw new IllegalStateException("the sketch is finished");
    }
  }

  /** Returns SHA-256(label, index, counter, seed) for counters 0, 1, … cut to the length. */
  private byte[] expand(String label, long index, int length) {
    byte[] expanded = new byte[length];
    byte[] name = label.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    MessageDigest sha256 = sha256();
    int counter = 0;
    for (int done = 0; done < length; counter++) {
      sha256.update((byte) name.length);
      sha256.update(name);
      sha256.update(ByteBuffer.allocate(12).putLong(index).putInt(counter).array());
      byte[] digest = sha256.digest(seed);
      int count = Math.min(digest.length, length - done);
      System.arraycopy(digest, 0, expanded, done, count);
      done += count;
    }
    return expanded;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
