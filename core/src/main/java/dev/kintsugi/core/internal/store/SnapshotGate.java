package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Reads of the index that a commit of this process can wait for, so that it takes away leaves and
 * shards only when nobody looks at a state in which they were needed.
 */
final class SnapshotGate {
  private final Index index;
  // Not fair on purpose: a read inside a read must not wait for a commit that waits for the outer.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  SnapshotGate(Index index) {
    this.index = index;
  }

  /** Runs a function on a snapshot; what it pins is seen by every commit that came later. */
  <T> T read(Function<IndexReader, T> function) {
    lock.readLock().lock();
    try {
      return index.read(function);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Returns once every read that began before this call has ended. */
  void quiesce() {
    Lock exclusive = lock.writeLock();
    exclusive.lock();
    try {
      // Whoever holds the other side has let go of it now.
    } finally {
      exclusive.unlock();
    }
  }
}
