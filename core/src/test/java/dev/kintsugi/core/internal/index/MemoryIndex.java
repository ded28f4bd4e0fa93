package dev.kintsugi.core.internal.index;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * An index in memory, as plain as can be: the model that real indexes are compared with, and a
 * quick stand-in for them in tests of the layers above. A transaction works on a copy of
 * everything.
 */
public final class MemoryIndex implements Index {
  private final ReentrantLock writing = new ReentrantLock();
  private volatile MemoryState committed = new MemoryState();
  private volatile boolean closed;

  @Override
  public <T> T read(Function<IndexReader, T> function) {
    requireOpen();
    MemoryState view = committed.copy();
    try {
      return function.apply(view);
    } finally {
      view.end();
    }
  }

  @Override
  public <T> T write(Function<IndexWriter, T> function) {
    requireOpen();
    if (writing.isHeldByCurrentThread()) {
      throw new IllegalStateException("a transaction is under way");
    }
    writing.lock();
    MemoryState copy = committed.copy();
    try {
      T result = function.apply(copy);
      committed = copy.copy();
      return result;
    } finally {
      copy.end();
      writing.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the index is closed");
    }
  }
}
