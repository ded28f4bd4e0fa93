package dev.kintsugi.crypto.forest;

import java.util.Arrays;

/** Cuts ranges of leaves out of nodes that come in rising order, collecting what is left. */
final class Splinter {
  private final Fanouts fanouts;
  private final NodeHash hash;
  private final long[] ranges;
  private final RootList.Builder kept;
  private final byte[][] children; // scratch by level
  private int next; // index of the first range that ends behind the nodes handled so far

  Splinter(Fanouts fanouts, NodeHash hash, long[] ranges, RootList.Builder kept) {
    this.fanouts = fanouts;
    this.hash = hash;
    this.ranges = ranges;
    this.kept = kept;
    this.children = new byte[fanouts.leafLevel()][];
    for (int level = 1; level < fanouts.leafLevel(); level++) {
      children[level] = new byte[fanouts.children(level) * NodeHash.KEY_LENGTH];
    }
  }

  /** Keeps what the ranges leave of a node. */
  void node(int level, long start, byte[] keys, int at) {
    long end = start + fanouts.size(level);
    while (next < ranges.length && ranges[next + 1] <= start) {
      next += 2;
    }
    if (next == ranges.length || ranges[next] >= end) {
      kept.add(start, level, keys, at);
      return;
    }
    if (ranges[next] <= start && ranges[next + 1] >= end) {
      return;
    }
    int below = level + 1;
    int count = fanouts.children(level);
    long size = fanouts.size(below);
    byte[] scratch = children[level];
    hash.parent(keys, at);
    for (int i = 0; i < count; i++) {
      hash.child(
          below == fanouts.leafLevel(), below, start / size + i, scratch, i * NodeHash.KEY_LENGTH);
    }
    for (int i = 0; i < count; i++) {
      node(below, start + i * size, scratch, i * NodeHash.KEY_LENGTH);
    }
  }

  void close() {
    hash.wipe();
    for (byte[] keys : children) {
      if (keys != null) {
        Arrays.fill(keys, (byte) 0);
      }
    }
  }
}
