package dev.kintsugi.bench;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.internal.dispersal.Archives;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Archives in memory, each its own failure domain; some may be out of reach. */
final class MemoryArchives implements Archives, AutoCloseable {
  private static final String PREFIX = "benchmark-";

  private final List<Backend> backends = new ArrayList<>();
  private final Set<Integer> away = ConcurrentHashMap.newKeySet();

  MemoryArchives(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      backends.add(MemoryBackend.open(PREFIX + i, true));
    }
  }

  /** Puts an archive out of reach. */
  void takeAway(int number) {
    away.add(number);
  }

  @Override
  public List<Integer> numbers() {
    return IntStream.range(0, backends.size()).boxed().toList();
  }

  @Override
  public String name(int number) {
    return PREFIX + number;
  }

  @Override
  public String domain(int number) {
    return name(number);
  }

  @Override
  public Optional<String> unavailable(int number) {
    return away.contains(number) ? Optional.of("taken away") : Optional.empty();
  }

  @Override
  public Backend backend(int number) throws IOException {
    if (away.contains(number)) {
      throw new IOException("taken away");
    }
    return backends.get(number);
  }

  @Override
  public void close() {
    for (int i = 0; i < backends.size(); i++) {
      MemoryBackend.drop(PREFIX + i);
    }
  }
}
