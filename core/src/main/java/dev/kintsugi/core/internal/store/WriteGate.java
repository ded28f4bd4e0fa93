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
   * @throws KintsugiException if writes do not come to an end
   */
  @Override
  public void quietly(Runnable action) {
    boolean quiet = false;
    try {
      quiet = ways.tryAcquire(ALL, patienceSeconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!quiet) {
      throw new KintsugiException(
          "something is being stored and does not come to an end; shards that the index does not"
              + " know are left alone, try again later");
    }
    try {
      action.run();
    } finally {
      ways.release(ALL);
    }
  }
}
