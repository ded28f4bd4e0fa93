package dev.kintsugi.core.internal.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Streams an object from start to end while its next parts are fetched by other threads. A small
 * object is fetched by the reading thread itself. At most {@value #PARTS_AHEAD} parts are held.
 *
 * <p>Failures of the archives are thrown as {@link dev.kintsugi.core.KintsugiException}, since they
 * are no failures of this stream. Not safe for use by several threads.
 */
final class ReadAheadInput extends InputStream {
  /** How many parts are fetched or wait to be read at most. */
  static final int PARTS_AHEAD = 3;

  /** An object cut into parts that are read as a whole. */
  interface Parts extends AutoCloseable {
    /** Returns the number of parts. */
    int count();

    /**
     * Returns the bytes of a part; called by any thread, for several parts at once.
     *
     * @param spare an array that is not needed any more, to be filled and returned if its length is
     *     that of the part
     */
    byte[] fetch(int part, byte @Nullable [] spare);

    /** Called once, when no part is asked for any more. */
    @Override
    void close();
  }

  private final Parts parts;
  private final Executor executor;
  private final Deque<FutureTask<byte[]>> ahead = new ArrayDeque<>();
  private int nextPart;
  private byte[] current = new byte[0];
  private byte @Nullable [] spare; // large arrays cost more to make than to fill
  private int position;
  private boolean closed;

  /**
   * Makes a stream.
   *
   * @param parts is closed with the stream
   * @param executor fetches parts
   */
  ReadAheadInput(Parts parts, Executor executor) {
    this.parts = parts;
    this.executor = executor;
  }

  @Override
  public int read() throws IOException {
    return fill() ? current[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, current.length - position);
    System.arraycopy(current, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() throws IOException {
    checkOpen();
    return current.length - position;
  }

  private boolean fill() throws IOException {
    checkOpen();
    while (position == current.length) {
      if (current.length > 0) {
        spare = current;
        current = new byte[0];
        position = 0;
      }
      if (parts.count() == 1 && nextPart == 0) {
        current = parts.fetch(nextPart++, null);
        position = 0;
        continue;
      }
      while (nextPart < parts.count() && ahead.size() < PARTS_AHEAD) {
        int part = nextPart++;
        byte[] reused = spare;
        spare = null;
        FutureTask<byte[]> task = new FutureTask<>(() -> parts.fetch(part, reused));
        ahead.add(task);
        executor.execute(task);
      }
      FutureTask<byte[]> first = ahead.poll();
      if (first == null) {
        return false;
      }
      current = await(first);
      position = 0;
    }
    return true;
  }

  private static byte[] await(FutureTask<byte[]> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while reading");
    } catch (CancellationException e) {
      throw new IOException("the stream was closed while it was read", e);
    } catch (ExecutionException e) {
      throw Failures.rethrow(e.getCause());
    }
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
  }

  /** Parts that are being fetched right now come to their end unseen. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (FutureTask<byte[]> task : ahead) {
      task.cancel(false);
    }
    ahead.clear();
    current = new byte[0];
    spare = null;
    position = 0;
    parts.close();
  }
}
