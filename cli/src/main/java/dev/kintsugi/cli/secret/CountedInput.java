package dev.kintsugi.cli.secret;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Tells how many bytes are read, as they are read. */
public final class CountedInput extends FilterInputStream {
  private final LongConsumer onRead;

  /**
   * Wraps a stream.
   *
   * @param in the stream, closed with this one
   * @param onRead told how many bytes were read; what it throws ends the reading
   */
  public CountedInput(InputStream in, LongConsumer onRead) {
    super(in);
    this.onRead = onRead;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = in.read(bytes, offset, length);
    if (count > 0) {
      onRead.accept(count);
    }
    return count;
  }

  @Override
  public int available() {
    return 0; // a channel that is a pipe cannot tell, and throws
  }

  @Override
  public long skip(long count) {
    return 0; // what is skipped would not be counted
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
