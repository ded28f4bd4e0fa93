package dev.kintsugi.crypto.forest;

import java.io.IOException;

/**
 * Two sectors of {@value #SECTOR} bytes that are overwritten in place. A write may be torn by a
 * crash until {@link #sync} returned; the other sector is never touched by it.
 */
interface SlotStorage extends AutoCloseable {
  /** Bytes of a sector. */
  int SECTOR = 4096;

  byte[] read(int sector) throws IOException;

  void write(int sector, byte[] content) throws IOException;

  void sync() throws IOException;

  @Override
  void close() throws IOException;
}
