package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.crypto.Secret;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes heads, on several archives at once. Thread-safe. */
final class HeadRecords {
  private static final Logger LOG = LoggerFactory.getLogger(HeadRecords.class);

  private final Secret key;
  private final ArchivePool pool;

  /**
   * Puts the parts together.
   *
   * @param key see {@link dev.kintsugi.core.internal.format.v1.RootKeys#headKey}; stays the
   *     caller's, like the pool
   */
  HeadRecords(Secret key, ArchivePool pool) {
    this.key = key;
    this.pool = pool;
  }

  /**
   * Reads a record of each archive. One that is damaged or forged is reported and counts as none,
   * for otherwise a single archive could lock its vault.
   *
   * @param failed is told of each archive that could not be read
   * @return what the others hold
   */
  Map<AttachedArchive, Optional<ArchiveHead>> read(
      Collection<AttachedArchive> archives,
      String record,
      BiConsumer<AttachedArchive, Throwable> failed) {
    return ArchiveCalls.each(pool, archives, archive -> read(archive, record), failed);
  }

  /**
   * Writes a record to each archive.
   *
   * @param failed is told of each archive that could not be written
   * @return the others
   */
  Collection<AttachedArchive> write(
      Collection<AttachedArchive> archives,
      String record,
      ArchiveHead head,
      BiConsumer<AttachedArchive, Throwable> failed) {
    return ArchiveCalls.each(
            pool,
            archives,
            archive -> {
              archive.backend().writeRecord(record, head.seal(key, record, id(archive)));
              return Boolean.TRUE;
            },
            failed)
        .keySet();
  }

  private Optional<ArchiveHead> read(AttachedArchive archive, String record) throws Exception {
    Optional<byte[]> bytes = archive.backend().readRecord(record);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ArchiveHead.open(key, record, id(archive), bytes.get()));
    } catch (KintsugiException e) {
      LOG.warn(
          "archive {}: its record '{}' is damaged or forged and does not count: {}",
          archive.name(),
          record,
          e.getMessage());
      return Optional.empty();
    }
  }

  private static byte[] id(AttachedArchive archive) {
    return HexFormat.of().parseHex(archive.config().id());
  }
}
