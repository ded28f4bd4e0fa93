package dev.kintsugi.crypto.forest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Images in memory; remembers everything that was ever written, as the adversary's disk does. */
final class MemoryImageStore implements ImageStore {
  private final Map<String, byte[]> images = new TreeMap<>();
  final List<byte[]> everWritten = new ArrayList<>();
  Crash crash = new Crash();
  Runnable beforeEachGet = () -> {};

  @Override
  public void put(String name, byte[] image) {
    if (images.containsKey(name)) {
      throw new AssertionError("name used twice: " + name);
    }
    everWritten.add(image.clone());
    if (crash.now()) {
      images.put(name, java.util.Arrays.copyOf(image, image.length / 2));
      throw crash.thrown();
    }
    images.put(name, image.clone());
    crash.after();
  }

  @Override
  public void flush() {
    crash.step();
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
