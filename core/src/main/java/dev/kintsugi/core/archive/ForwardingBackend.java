package dev.kintsugi.core.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A backend that passes everything on to another one and closes it with itself: the base of
 * decorators, which override what they change.
 */
public abstract class ForwardingBackend implements Backend {
  private final Backend delegate;

  /**
   * Wraps a backend.
   *
   * @param delegate is closed with this backend
   */
  protected ForwardingBackend(Backend delegate) {
    this.delegate = delegate;
  }

  /** Returns the wrapped backend. */
  protected final Backend delegate() {
    return delegate;
  }

  @Override
  public String url() {
    return delegate.url();
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    delegate.write(name, content);
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    delegate.replace(name, content);
  }

  @Override
  public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
    return delegate.read(name, offset, target);
  }

  @Override
  public long size(ShardName name) throws IOException {
    return delegate.size(name);
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    return delegate.delete(name);
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    delegate.list(visitor);
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    return delegate.readRecord(key);
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    delegate.writeRecord(key, value);
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    return delegate.deleteRecord(key);
  }

  @Override
  public Capacity capacity() throws IOException {
    return delegate.capacity();
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + delegate + "]";
  }
}
