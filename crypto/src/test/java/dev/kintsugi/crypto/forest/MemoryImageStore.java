package dev.kintsugi.crypto.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Images in memory. It remembers everything that was ever written, as the adversary's disk does,
 * and forgets what was not flushed when power is lost.
 */
final class MemoryImageStore implements ImageStore {
  private final Map<String, byte[]> images = new ConcurrentSkipListMap<>();
  private Map<String, byte[]> durable = new TreeMap<>();
  final List<byte[]> everWritten = Collections.synchronizedList(new ArrayList<>());
  Crash crash = new Crash();
  Runnable beforeEachGet = () -> {};

  @Override
  public void put(String name, byte[] image) {
    if (images.containsKey(name)) {
      throw new AssertionError("name used twice: " + name);
    }
    everWritten.add(image.clone());
    if (crash.now()) {
      images.put(name, Arrays.copyOf(image, image.length / 2));
      throw crash.thrown();
    }
    images.put(name, image.clone());
    crash.after();
  }

  @Override
  public synchronized void flush() {
    if (crash.now()) {
      throw crash.thrown();
    }
    durable = new TreeMap<>(images);
    crash.after();
  }

  /** Forgets what was not flushed, as far as the loss says; without one, nothing happens. */
  synchronized void losePower(Loss loss) {
    if (loss.equals(Loss.NOTHING)) {
      return;
    }
    Map<String, byte[]> left = new TreeMap<>(loss.names() ? images : durable);
    left.replaceAll(
        (name, image) -> {
          byte[] flushed = durable.get(name);
          return flushed != null ? flushed : loss.left(new byte[0], image);
        });
    images.clear();
    images.putAll(left);
    durable = left;
  }

  @Override
  public Optional<byte[]> get(String name) {
    crash.meanwhile(beforeEachGet);
    return Optional.ofNullable(images.get(name)).map(byte[]::clone);
  }

  @Override
  public void delete(String name) {
    crash.step();
    images.remove(name);
  }

  @Override
  public Set<String> names() {
    return new TreeSet<>(images.keySet());
  }

  Map<String, byte[]> images() {
    return images;
  }
}
