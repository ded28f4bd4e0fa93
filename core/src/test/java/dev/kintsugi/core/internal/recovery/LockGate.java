package dev.kintsugi.core.internal.recovery;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A gate whose ways are given back by the threads that took them. */
class LockGate implements Mending.Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  @Override
  public void enter() {
    lock.readLock().lock();
  }

  @Override
  public void leave() {
    lock.readLock().unlock();
  }

  @Override
  public boolean quietly(Runnable action) {
    lock.writeLock().lock();
    try {
      action.run();
      return true;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Returns whether a thread waits in {@link #quietly}. */
  final boolean isWaitedFor() {
    return lock.hasQueuedThreads();
  }
}
