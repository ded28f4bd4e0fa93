package dev.kintsugi.core.store;

import java.io.IOException;

/**
 * A stream of things to be stored, packed and committed together for speed.
 *
 * <p>Nothing is promised for an item until {@link Listener#stored} was called for it: from then on
 * it survives any crash of this process, and the loss of as many archives as the scheme allows.
 * Items are acknowledged in the order they were given. A failure to read a source concerns that
 * item alone and is thrown by the call; the ingest goes on. A failure of the archives ends the
 * ingest: what was acknowledged stays. Not safe for use by several threads.
 */
public interface Ingest extends AutoCloseable {
  /**
   * Told of items that are durable, as soon as their commit is. Called on the thread that uses the
   * ingest, within any of its methods: in {@link Ingest#file} also between two reads of the source,
   * so that a long file delays no acknowledgement of those before it. A source that blocks does.
   * Must not use the ingest.
   */
  interface Listener {
    /**
     * An item is durable.
     *
     * @param path where it is
     * @param attributes what it is
     * @param degraded how many shards of its stripes could not be stored and wait for repair, 0
     *     when all is well
     */
    void stored(VaultPath path, Attributes attributes, int degraded);
  }

  /**
   * Stores a file, replacing a file or link of that name. Its parent must be a directory, already
   * there or given earlier.
   *
   * @throws IOException if the source cannot be read; nothing is stored for the path
   * @throws dev.kintsugi.core.FileTooLargeException if the source is longer than a file can be, as
   *     soon as that is known; nothing is stored for the path, and the ingest goes on
   */
  void file(VaultPath path, Source source, NewAttributes attributes) throws IOException;

  /** Makes a directory, or sets the attributes of one that is there. */
  void directory(VaultPath path, NewAttributes attributes);

  /**
   * Stores a symbolic link, replacing a file or link of that name.
   *
   * @param target 1 to 4095 bytes without NUL
   */
  void symlink(VaultPath path, byte[] target, NewAttributes attributes);

  /** Makes everything given so far durable and acknowledges it. */
  void flush();

  /** Flushes and ends. Closing twice has no effect. */
  @Override
  void close();
}
