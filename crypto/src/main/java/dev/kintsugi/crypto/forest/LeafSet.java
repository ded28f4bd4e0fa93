package dev.kintsugi.crypto.forest;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A growing set of ids kept as disjoint, non-adjacent ranges in order. */
final class LeafSet {
  private final NavigableMap<Long, Long> endByStart = new TreeMap<>(); // end exclusive

  boolean contains(long id) {
    Map.Entry<Long, Long> at = endByStart.floorEntry(id);
    return at != null && id < at.getValue();
  }

  boolean isEmpty() {
    return endByStart.isEmpty();
  }

  /** Adds the ids from {@code from} to {@code to - 1}. */
  void add(long from, long to) {
    if (from >= to) {
      return;
    }
    long start = from;
    long end = to;
    Map.Entry<Long, Long> before = endByStart.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      start = before.getKey();
      end = Math.max(end, before.getValue());
    }
    NavigableMap<Long, Long> swallowed = endByStart.subMap(start, true, end, true);
    if (!swallowed.isEmpty()) {
      end = Math.max(end, swallowed.lastEntry().getValue());
      swallowed.clear();
    }
    endByStart.put(start, end);
  }

  /** Takes out the ids from {@code from} to {@code to - 1}. */
  void remove(long from, long to) {
    if (from >= to) {
      return;
    }
    Map.Entry<Long, Long> before = endByStart.lowerEntry(from);
    Map.Entry<Long, Long> last = endByStart.lowerEntry(to);
    if (last != null && last.getValue() > to) {
      endByStart.put(to, last.getValue());
    }
    if (before != null && before.getValue() > from) {
      endByStart.put(before.getKey(), from);
    }
    endByStart.subMap(from, true, to, false).clear();
  }

  /** Returns the ranges as start, end, start, end, … in rising order; ends are exclusive. */
  long[] ranges() {
    long[] ranges = new long[2 * endByStart.size()];
    int i = 0;
    for (Map.Entry<Long, Long> range : endByStart.entrySet()) {
      ranges[i++] = range.getKey();
      ranges[i++] = range.getValue();
    }
    return ranges;
  }

  LeafSet copy() {
    LeafSet copy = new LeafSet();
    copy.endByStart.putAll(endByStart);
    return copy;
  }
}
