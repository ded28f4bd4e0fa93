package dev.kintsugi.core.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The driver behind one archive: a flat set of immutable shards and a few small replaceable control
 * records.
 *
 * <p>Obligations of every implementation, checked by the backend contract suite:
 *
 * <ul>
 *   <li><b>Atomicity.</b> A shard is published whole or not at all: no reader, lister or later
 *       process ever sees a part.
 *   <li><b>Durability on return.</b> When {@link #write}, {@link #replace}, {@link #delete}, {@link
 *       #writeRecord} or {@link #deleteRecord} returns, the effect survives a crash of the process
 *       and of the machine.
 *   <li><b>Immutability.</b> A published shard never changes, but as a whole by {@link #replace}.
 *       Writing a name that exists fails with {@link ShardExistsException} and leaves the old
 *       bytes.
 *   <li><b>Visibility.</b> Once published, a shard is seen by every later {@link #read}, {@link
 *       #size} and {@link #list} of any process.
 *   <li><b>Crash.</b> A crash leaves only published shards and invisible leftovers, which a later
 *       open removes.
 *   <li><b>Failure.</b> {@link NoSuchShardException}, {@link ShardExistsException} and {@link
 *       ArchiveFullException} mean just that, and the call changed nothing. {@link
 *       ArchiveGoneException} means that the place itself is not there; it is never made anew, and
 *       no shard is said to be missing because of it. After any other {@link IOException} the
 *       outcome is unknown: the shard is published whole, or not at all; one that was to be
 *       replaced is the old one or the new one.
 *   <li><b>Arguments.</b> Bad keys, negative offsets and values that are too long are an {@link
 *       IllegalArgumentException} and change nothing. After {@link #close} every call fails with an
 *       {@link IOException}.
 *   <li><b>Threads.</b> All methods may be called from many threads at once.
 * </ul>
 */
public interface Backend extends AutoCloseable {
  /** The longest control record, in bytes: 64 KiB. */
  int MAX_RECORD_BYTES = 64 << 10;

  /** Returns the archive's URL as shown to people, without credentials. */
  String url();

  /**
   * Publishes a shard.
   *
   * @param name the shard's name
   * @param content the bytes from position to limit; both are moved forward to the limit on success
   * @throws ShardExistsException if the name is taken
   * @throws ArchiveFullException if the archive has no room
   */
  void write(ShardName name, ByteBuffer... content) throws IOException;

  /**
   * Publishes a shard in the place of the one under that name, or anew if there is none. A crash at
   * any moment leaves the old bytes or the new ones, never neither: a damaged shard may be all that
   * is left. For mending only; nobody else may want to change a shard.
   *
   * @param name the shard's name
   * @param content as in {@link #write}
   * @throws ArchiveFullException if the archive has no room for both; the old bytes stay
   */
  void replace(ShardName name, ByteBuffer... content) throws IOException;

  /**
   * Reads bytes of a shard.
   *
   * @param offset the first byte, from 0
   * @param target is filled from its position; fewer bytes than remain are read only at the end of
   *     the shard
   * @return the number of bytes read, 0 at or past the end
   * @throws NoSuchShardException if no such shard is published
   */
  int read(ShardName name, long offset, ByteBuffer target) throws IOException;

  /**
   * Returns a shard's length in bytes.
   *
   * @throws NoSuchShardException if no such shard is published
   */
  long size(ShardName name) throws IOException;

  /**
   * Removes a shard.
   *
   * @return whether it was there
   */
  boolean delete(ShardName name) throws IOException;

  /**
   * Visits every published shard exactly once, in no particular order; shards written or deleted
   * meanwhile may or may not be visited. Files that are not shards are skipped.
   */
  void list(Consumer<ShardInfo> visitor) throws IOException;

  /**
   * Reads a control record.
   *
   * @param key 1 to 64 characters of {@code [a-z0-9-]}
   * @return the bytes of the last completed {@link #writeRecord}
   */
  Optional<byte[]> readRecord(String key) throws IOException;

  /**
   * Replaces a control record atomically: a crash leaves the old or the new bytes.
   *
   * @param value at most {@value #MAX_RECORD_BYTES} bytes
   * @throws ArchiveFullException if the archive has no room
   */
  void writeRecord(String key, byte[] value) throws IOException;

  /**
   * Removes a control record.
   *
   * @return whether it was there
   */
  boolean deleteRecord(String key) throws IOException;

  /** Returns what is known of the archive's room. */
  Capacity capacity() throws IOException;

  @Override
  void close() throws IOException;
}
