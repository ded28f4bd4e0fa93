package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Ends a process as far as the outside can tell: from the chosen step on, nothing reaches archives
 * or index any more. Steps are the moments before and after each write, replacement or deletion of
 * a shard, each write of a control record, and each commit of the index.
 */
final class CrashPlan {
  private final int at;
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final AtomicBoolean crashed = new AtomicBoolean();

  CrashPlan(int at) {
    this.at = at;
  }

  /** Starts to count. */
  void arm() {
    armed.set(true);
  }

  boolean crashed() {
    return crashed.get();
  }

  private boolean step() {
    if (armed.get() && steps.incrementAndGet() == at) {
      crashed.set(true);
    }
    return crashed.get();
  }

  private void archiveStep() throws IOException {
    if (step()) {
      throw new IOException("the process has ended");
    }
  }

  private void indexStep() {
    if (step()) {
      throw new KintsugiException("the process has ended");
    }
  }

  BackendOpener around(BackendOpener opener) {
    return (url, create) -> new CrashingBackend(opener.open(url, create));
  }

  Index around(Index index) {
    return new CrashingIndex(index);
  }

  private final class CrashingBackend extends ForwardingBackend {
    CrashingBackend(Backend delegate) {
      super(delegate);
    }

    @Override
    public void write(ShardName name, ByteBuffer... content) throws IOException {
      archiveStep();
      super.write(name, content);
      archiveStep();
    }

    @Override
    public void writeRecord(String key, byte[] value) throws IOException {
      archiveStep();
      super.writeRecord(key, value);
      archiveStep();
    }

    @Override
    public void replace(ShardName name, ByteBuffer... content) throws IOException {
      archiveStep();
      super.replace(name, content);
      archiveStep();
    }

    @Override
    public boolean delete(ShardName name) throws IOException {
      archiveStep();
      boolean there = super.delete(name);
      archiveStep();
      return there;
    }
  }

  private final class CrashingIndex implements Index {
    private final Index delegate;

    CrashingIndex(Index delegate) {
      this.delegate = delegate;
    }

    @Override
    public <T> T read(Function<IndexReader, T> function) {
      return delegate.read(function);
    }

    @Override
    public <T> T write(Function<IndexWriter, T> function) {
      if (crashed.get()) {
        throw new KintsugiException("the process has ended");
      }
      T result =
          delegate.write(
              writer -> {
                T value = function.apply(writer);
                indexStep();
                return value;
              });
      indexStep();
      return result;
    }

    @Override
    public void close() {
      delegate.close();
    }
  }
}
