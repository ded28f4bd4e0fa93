package dev.kintsugi.crypto;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of leaf ids kept as disjoint ranges: small when deletions are clustered. */
final class LeafRanges {
  private final NavigableMap<Long, Long> endByStart = new TreeMap<>(); // end exclusive

  boolean contains(long id) {
    Map.Entry<Long, Long> at = endByStart.floorEntry(id);
    return at != null && id < at.getValue();
  }

  void add(long id) {
    if (contains(id)) {
      return;
    }
    long start = id;
    long end = id + 1;
    Map.Entry<Long, Long> before = endByStart.lowerEntry(id);
    if (before != null && before.getValue() == id) {
      start = before.getKey();
    }
    Long after = endByStart.remove(end);
    endByStart.put(start, after == null ? end : after);
  }

  int ranges() {
    return endByStart.size();
  }
}
