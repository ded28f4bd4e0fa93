package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.ExtentContext;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Named texts, each sealed under a leaf of its own; remembers whatever was written. */
final class Disk {
  /** A sealed text. */
  @SuppressWarnings("ArrayRecordComponent")
  record Extent(long leaf, byte[] sealed) {}

  static final Secret GROUP_KEY = Secret.random(32);

  final List<Extent> everWritten = new ArrayList<>();
  final Map<String, Extent> now = new HashMap<>();

  /** Writes or overwrites a text: a fresh leaf, and the old one is punctured. */
  void write(ForestLeafKeys keys, String name, String text) {
    Extent old = now.get(name);
    writeUnder(keys, name, text, keys.allocate(1));
    if (old != null) {
      keys.puncture(old.leaf());
    }
  }

  /** Writes a text under a leaf that is not the disk's choice. */
  void writeUnder(ForestLeafKeys keys, String name, String text, long leaf) {
    try (Secret leafKey = keys.key(leaf);
        ExtentKey key = ExtentKey.derive(leafKey, GROUP_KEY, context(leaf))) {
      byte[] plain = text.getBytes(StandardCharsets.UTF_8);
      Extent extent = new Extent(leaf, new ExtentSealer(key).sealExtent(plain));
      everWritten.add(extent);
      now.put(name, extent);
    }
  }

  void delete(ForestLeafKeys keys, String name) {
    keys.puncture(Objects.requireNonNull(now.remove(name)).leaf());
  }

  String read(ForestLeafKeys keys, String name) {
    Extent extent = Objects.requireNonNull(now.get(name));
    try (Secret leafKey = keys.key(extent.leaf())) {
      return open(leafKey, extent);
    }
  }

  /** Moves the texts under some leaves to fresh ones, as {@link LeafMover} asks. */
  void move(ForestLeafKeys keys, List<LeafRange> live) {
    for (Map.Entry<String, Extent> entry : List.copyOf(now.entrySet())) {
      long leaf = entry.getValue().leaf();
      if (live.stream().anyMatch(range -> range.from() <= leaf && leaf < range.to())) {
        writeUnder(keys, entry.getKey(), read(keys, entry.getKey()), keys.allocate(1));
      }
    }
  }

  /** Returns every text ever written that one of the keys (in hex) opens. */
  Set<String> stolen(Set<String> leafKeys) {
    Set<String> texts = new TreeSet<>();
    for (String hex : leafKeys) {
      try (Secret leafKey = Secret.takeOver(HexFormat.of().parseHex(hex))) {
        for (Extent extent : everWritten) {
          try {
            texts.add(open(leafKey, extent));
          } catch (CryptoException notThisOne) {
            // Another leaf's text.
          }
        }
      }
    }
    return texts;
  }

  private static String open(Secret leafKey, Extent extent) {
    try (ExtentKey key = ExtentKey.derive(leafKey, GROUP_KEY, context(extent.leaf()))) {
      return new String(new ExtentSealer(key).openExtent(extent.sealed()), StandardCharsets.UTF_8);
    }
  }

  private static ExtentContext context(long leaf) {
    return new ExtentContext(World.ID, 1, 1, leaf);
  }
}
