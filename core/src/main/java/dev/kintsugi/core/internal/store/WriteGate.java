package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.recovery.Mending;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Knows whether shards are on their way to archives that the index does not know yet, and can keep
 * new ones out for a while. A way in is taken before the first shard of a commit is written and
 * given back when the index knows all of them, or they were withdrawn; it is never taken twice for
 * one commit. Whoever restores shards takes one for each stripe. Thread-safe.
 */
final class WriteGate implements Mending.Gate {
  private static final int ALL = Integer.MAX_VALUE;

  private final Semaphore ways = new Semaphore(ALL, true);
  private final long patienceSeconds;

  /**
   * Makes a gate.
   *
   * @param patienceSeconds how long {@link #quietly} waits for writes under way
   */
  WriteGate(long patienceSeconds) {
    this.patienceSeconds = patienceSeconds;
  }

  /** Takes a way in; waits while {@link #quietly} runs something. */
  @Override
  public void enter() {
    ways.acquireUninterruptibly();
  }

  /** Gives back a way in. Any thread may do so. */
  @Override
  public void leave() {
    ways.release();
  }

  /**
   * Waits for writes under way, keeps others out, and runs an action.
   *
   * @return whether it was run; not if writes did not come to an end
   * @throws KintsugiException if the thread was interrupted while it waited
   */
  @Override
  public boolean quietly(Runnable action) {
    try {
      if (!ways.tryAcquire(ALL, patienceSeconds, TimeUnit.SECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while waiting for what is being stored", e);
    }
    try {
      action.run();
      return true;
    } finally {
      ways.release(ALL);
    }
  }
}
