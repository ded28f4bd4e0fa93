package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardKeys;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists archives side by side and opens the header of every shard: one request of {@value
 * ShardPrefix#LENGTH} bytes each.
 */
final class ShardSurvey {
  private static final Logger LOG = LoggerFactory.getLogger(ShardSurvey.class);
  private static final int REPORTED_EVERY = 256;

  private final Archives archives;
  private final ShardKeys keys;
  private final Progress progress;
  private final ShardTable table = new ShardTable();
  private final LongAdder examined = new LongAdder();
  private final LongAdder foreign = new LongAdder();

  ShardSurvey(Archives archives, ShardKeys keys, Progress progress) {
    this.archives = archives;
    this.keys = keys;
    this.progress = progress;
  }

  /**
   * What was found.
   *
   * @param table all shards with authentic headers, sorted
   * @param examined how many shards the archives listed
   * @param foreign how many of them are not authentic or could not be read
   * @param failed why an archive could not be listed to the end, by its number
   */
  record Findings(ShardTable table, long examined, long foreign, Map<Integer, String> failed) {}

  /** Surveys archives. An archive that fails is reported; what it told before counts. */
  Findings run(List<Integer> numbers) {
    Map<Integer, String> failed = new TreeMap<>();
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.max(1, numbers.size()), Sweep.daemons("survey"));
    try {
      Map<Integer, Future<?>> surveys = new TreeMap<>();
      for (int number : numbers) {
        surveys.put(
            number,
            threads.submit(
                () -> {
                  survey(number);
                  return null;
                }));
      }
      for (Map.Entry<Integer, Future<?>> entry : surveys.entrySet()) {
        try {
          entry.getValue().get();
        } catch (ExecutionException e) {
          Throwable cause = e.getCause();
          if (!(cause instanceof IOException)) {
            throw new IllegalStateException("surveying " + archives.name(entry.getKey()), cause);
          }
          failed.put(entry.getKey(), String.valueOf(cause.getMessage()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while listing the archives", e);
    } finally {
      threads.shutdownNow();
    }
    table.sort();
    progress.update("recover", examined.sum(), examined.sum(), "shards");
    return new Findings(table, examined.sum(), foreign.sum(), failed);
  }

  private void survey(int number) throws IOException {
    Backend backend = archives.backend(number);
    byte[] prefix = new byte[ShardPrefix.LENGTH];
    backend.list(
        info -> {
          examined.increment();
          Optional<ShardHeader> header = header(backend, keys, info, prefix);
          if (header.isPresent()) {
            table.add(number, info.name(), header.get());
          } else {
            foreign.increment();
          }
          long done = examined.sum();
          if (done % REPORTED_EVERY == 0) {
            progress.update("recover", done, -1, "shards");
          }
        });
  }

  /** Returns a shard's header; empty if it is not authentic or cannot be read. */
  static Optional<ShardHeader> header(
      Backend backend, ShardKeys keys, ShardInfo info, byte[] prefix) {
    try {
      return readHeader(backend, keys, info, prefix);
    } catch (IOException e) {
      LOG.debug("{}: shard {} is passed over: {}", backend.url(), info.name(), e.toString());
      return Optional.empty();
    }
  }

  /**
   * Returns a shard's header; empty if it is not authentic.
   *
   * @throws IOException if it cannot be read, which says nothing of what it is
   */
  static Optional<ShardHeader> readHeader(
      Backend backend, ShardKeys keys, ShardInfo info, byte[] prefix) throws IOException {
    int read = 0;
    while (read < prefix.length) {
      int more =
          backend.read(info.name(), read, ByteBuffer.wrap(prefix, read, prefix.length - read));
      if (more <= 0) {
        break;
      }
      read += more;
    }
    try {
      return ShardPrefix.parse(prefix, 0, read, info.size())
          .open(keys, info.name())
          .map(ShardHeader.Authenticated::header);
    } catch (FormatException e) {
      LOG.debug("{}: shard {} is passed over: {}", backend.url(), info.name(), e.toString());
      return Optional.empty();
    }
  }
}
