package dev.kintsugi.core.store;

import java.nio.ByteBuffer;

/**
 * Random access to one version of a file; safe for use by many threads. The version stays the same
 * while open.
 */
public interface ObjectReader extends AutoCloseable {
  /** Returns the attributes of the file as they were when it was opened. */
  Attributes attributes();

  /**
   * Reads bytes, touching only the sealed blocks that hold them.
   *
   * @param position the first byte, from 0
   * @param target is filled from its position; fewer bytes than remain are read only at the end of
   *     the file
   * @return the number of bytes read, 0 at or past the end
   * @throws dev.kintsugi.core.UnrecoverableException if too few intact shards are left
   */
  int read(long position, ByteBuffer target);

  @Override
  void close();
}
