package dev.kintsugi.core.internal.index;

import java.util.function.Function;

/**
 * The map from names to inodes to stripes to shards. Sees sealed rows and keyed hashes only. It can
 * be rebuilt from the archives, and is what makes a vault quick.
 *
 * <p>One writer at a time; any number of readers, in this and other processes, each seeing the
 * state of one committed transaction. Thread-safe.
 */
public interface Index extends AutoCloseable {
  /** Runs a function on a snapshot. Results must not be used lazily after it returns. */
  <T> T read(Function<IndexReader, T> function);

  /**
   * Runs a function in one transaction: when this returns, all its changes are durable; when the
   * function throws, none is made. Not reentrant.
   *
   * @throws IllegalStateException if the index was opened for reading
   */
  <T> T write(Function<IndexWriter, T> function);

  @Override
  void close();
}
