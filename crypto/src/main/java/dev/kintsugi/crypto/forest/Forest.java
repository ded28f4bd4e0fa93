package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import java.util.Arrays;

/**
 * A keyed hash forest: one key for each of unboundedly many leaves, from which leaves can be cut
 * out so that nothing that remains can derive them.
 *
 * <p>The state is an ordered list of disjoint roots (level, offset, key), and a <em>spanning
 * root</em> from which the trees at the end, not yet touched, are derived. A leaf's key is derived
 * from the root above it by one hash per level ({@link NodeHash}). Cutting leaves out replaces the
 * roots above them by the siblings along the way, and the spanning root, if it is above, by the
 * trees in use and a fresh random spanning root.
 *
 * <p>Guarantee: given a forest after {@link #without}, the keys of the leaves cut out are
 * indistinguishable from random (HMAC-SHA256 being a pseudo-random function; the tree of Goldreich,
 * Goldwasser and Micali, 1986, punctured). Keys of all other leaves below the limit stay as they
 * were. It is up to the owner that no <em>earlier</em> state can be read any more: that is what
 * {@link ForestLeafKeys} does with images and key slots.
 *
 * <p>Immutable but for a cache, {@link #without} makes a new forest. Thread-safe. Closing wipes the
 * keys.
 *
 * <p>Source: the forest of E. Lee et al., "Lethe: Secure Deletion by Addition", CHEOPS 2023; the
 * rest is ours: one use of an id, no in-place change, fresh randomness with every commit.
 */
public final class Forest implements AutoCloseable {
  /** As many roots as their list can hold. */
  static final int MAX_TREES = 1 << 25;

  private final byte[] id;
  private final Fanouts fanouts;
  private final RootList roots;
  private final long spanFrom; // number of the first tree under the spanning root
  private final byte[] spanKey; // empty: no spanning root, nothing at or behind spanFrom
  private final NodeHash hash; // guarded by this
  private final byte[] path; // guarded by this: keys of the last path, by level
  private long pathLeaf = -1; // guarded by this: the leaf the path leads to
  private int pathTop; // guarded by this: level of the root the path starts at
  private boolean closed; // guarded by this

  Forest(byte[] id, Fanouts fanouts, RootList roots, long spanFrom, byte[] spanKey) {
    this.id = id.clone();
    this.fanouts = fanouts;
    this.roots = roots;
    this.spanFrom = spanFrom;
    this.spanKey = spanKey;
    this.hash = new NodeHash(id);
    this.path = new byte[(fanouts.leafLevel() + 1) * NodeHash.KEY_LENGTH];
  }

  /**
   * Returns a new forest with a random spanning root over all leaves.
   *
   * @param id the forest's id, 16 bytes
   * @param fanouts the shape of its trees
   * @return a forest owned by the caller
   */
  public static Forest create(byte[] id, Fanouts fanouts) {
    byte[] key = RandomBytes.next(NodeHash.KEY_LENGTH);
    return new Forest(id, fanouts, new RootList.Builder().build(), 0, key);
  }

  /**
   * Returns a forest of one tree, leaves 0 to {@code fanouts.treeSize() - 1}, under a given root
   * key.
   *
   * @param id the forest's id, 16 bytes
   * @param fanouts the shape of the tree
   * @param root the key of the root, 32 bytes; it stays the caller's
   * @return a forest owned by the caller
   */
  public static Forest ofRoot(byte[] id, Fanouts fanouts, Secret root) {
    if (root.length() != NodeHash.KEY_LENGTH) {
      throw new IllegalArgumentException(
          "root (%d bytes) must have %d".formatted(root.length(), NodeHash.KEY_LENGTH));
    }
    RootList.Builder builder = new RootList.Builder();
    root.with(key -> builder.add(0, 1, key, 0));
    return new Forest(id, fanouts, builder.build(), 1, new byte[0]);
  }

  /**
   * Returns the key of a leaf.
   *
   * @param leaf the leaf, 0 or more
   * @return a new secret of 32 bytes owned by the caller
   * @throws PuncturedLeafException if the leaf was cut out
   * @throws IllegalArgumentException if the leaf is negative
   * @throws IllegalStateException if the forest was closed
   */
  public synchronized Secret leaf(long leaf) {
    checkOpen();
    if (leaf < 0) {
      throw new IllegalArgumentException("leaf (%d) must be 0 or more".formatted(leaf));
    }
    if (leaf != pathLeaf) {
      walk(leaf);
    }
    int at = fanouts.leafLevel() * NodeHash.KEY_LENGTH;
    return Secret.takeOver(Arrays.copyOfRange(path, at, at + NodeHash.KEY_LENGTH));
  }

  /**
   * Tells whether a leaf has a key.
   *
   * @param leaf the leaf
   * @return false if it was cut out
   */
  public synchronized boolean contains(long leaf) {
    checkOpen();
    return rootAbove(leaf) >= 0 || underSpan(leaf);
  }

  private boolean underSpan(long leaf) {
    return spanKey.length > 0 && leaf >= 0 && leaf / fanouts.treeSize() >= spanFrom;
  }

  /** Returns the index of the root above a leaf, or -1. */
  private int rootAbove(long leaf) {
    int i = roots.floor(leaf);
    return i >= 0 && leaf < roots.start(i) + fanouts.size(roots.level(i)) ? i : -1;
  }

  /** Fills the path down to a leaf, keeping the part it shares with the last one. */
  private void walk(long leaf) {
    int level;
    int root = rootAbove(leaf);
    if (root < 0 && !underSpan(leaf)) {
      throw new PuncturedLeafException("leaf " + leaf + " was punctured");
    }
    int top = root < 0 ? 0 : roots.level(root);
    level = shared(leaf, top);
    pathLeaf = -1;
    if (level < 0) {
      if (root < 0) {
        hash.parent(spanKey, 0);
        hash.child(false, 1, leaf / fanouts.treeSize(), path, NodeHash.KEY_LENGTH);
        level = 1;
      } else {
        level = top;
        roots.copyKey(root, path, level * NodeHash.KEY_LENGTH);
      }
    }
    for (; level < fanouts.leafLevel(); level++) {
      hash.parent(path, level * NodeHash.KEY_LENGTH);
      int below = level + 1;
      hash.child(
          below == fanouts.leafLevel(),
          below,
          leaf / fanouts.size(below),
          path,
          below * NodeHash.KEY_LENGTH);
    }
    hash.wipe();
    pathLeaf = leaf;
    pathTop = top;
  }

  /** Returns the lowest level at which the last path and a leaf's meet, or -1. */
  private int shared(long leaf, int top) {
    if (pathLeaf < 0 || pathTop != top) {
      return -1;
    }
    for (int level = fanouts.leafLevel(); level >= Math.max(1, top); level--) {
      if (leaf / fanouts.size(level) == pathLeaf / fanouts.size(level)) {
        return level;
      }
    }
    return -1;
  }

  /**
   * Returns this forest without some leaves.
   *
   * @param ranges start, end, start, end, … rising and disjoint; ends exclusive and at most {@code
   *     limit}
   * @param limit above every leaf whose key was ever used; leaves at or above it may get other keys
   * @return a new forest owned by the caller; this one stays as it is
   * @throws IllegalArgumentException if the spanning root has to go, and the limit leaves more than
   *     2<sup>25</sup> trees of it
   */
  synchronized Forest without(long[] ranges, long limit) {
    checkOpen();
    long tree = fanouts.treeSize();
    boolean newSpan =
        spanKey.length > 0 && ranges.length > 0 && ranges[ranges.length - 1] > spanFrom * tree;
    long end = newSpan ? endOfTrees(limit) : spanFrom;
    RootList.Builder kept = new RootList.Builder();
    Splinter splinter = new Splinter(fanouts, new NodeHash(id), ranges, kept);
    byte[] key = new byte[NodeHash.KEY_LENGTH];
    for (int i = 0; i < roots.count(); i++) {
      roots.copyKey(i, key, 0);
      splinter.node(roots.level(i), roots.start(i), key, 0);
    }
    byte[] span = spanKey.clone();
    if (newSpan) {
      NodeHash top = new NodeHash(id);
      top.parent(spanKey, 0);
      for (long number = spanFrom; number < end; number++) {
        top.child(false, 1, number, key, 0);
        splinter.node(1, number * tree, key, 0);
      }
      top.wipe();
      span = RandomBytes.next(NodeHash.KEY_LENGTH);
    }
    splinter.close();
    Arrays.fill(key, (byte) 0);
    return new Forest(id, fanouts, kept.build(), end, span);
  }

  /** Returns the number of the first tree at or behind a limit. */
  private long endOfTrees(long limit) {
    long tree = fanouts.treeSize();
    long end = limit / tree + (limit % tree == 0 ? 0 : 1);
    if (end - spanFrom > MAX_TREES) {
      throw new IllegalArgumentException(
          "limit (%d) leaves %d trees of %d leaves; at most %d can be told apart"
              .formatted(limit, end - spanFrom, tree, MAX_TREES));
    }
    return end;
  }

  /**
   * Returns this forest without one range of leaves: how an object's forest loses one block or,
   * with the limit as end, is truncated.
   *
   * @param from the first leaf to cut out, 0 or more
   * @param to the leaf behind the last, at most {@code limit}
   * @param limit above every leaf whose key was ever used; leaves at or above it may get other keys
   * @return a new forest owned by the caller; this one stays as it is
   * @throws IllegalArgumentException if the range is not inside 0..limit, or the limit is so far
   *     off that the trees below it would be more than 2<sup>25</sup> roots
   */
  public Forest without(long from, long to, long limit) {
    if (from < 0 || to < from || limit < to) {
      throw new IllegalArgumentException(
          "range %d..%d must be inside 0..%d".formatted(from, to, limit));
    }
    return without(from == to ? new long[0] : new long[] {from, to}, limit);
  }

  /**
   * Returns how many roots there are, the spanning root not counted: what decides the size of the
   * image.
   *
   * @return the number of roots
   */
  public int roots() {
    return roots.count();
  }

  Fanouts fanouts() {
    return fanouts;
  }

  RootList rootList() {
    return roots;
  }

  long spanFrom() {
    return spanFrom;
  }

  /** Tells whether there is a spanning root. */
  boolean spans() {
    return spanKey.length > 0;
  }

  synchronized byte[] spanKey() {
    checkOpen();
    return spanKey.clone();
  }

  byte[] id() {
    return id.clone();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the forest was closed");
    }
  }

  /** Wipes all keys. Closing again does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    roots.wipe();
    Arrays.fill(spanKey, (byte) 0);
    Arrays.fill(path, (byte) 0);
    hash.wipe();
  }

  @Override
  public String toString() {
    return "Forest[" + roots.count() + " roots, fan-outs " + fanouts + "]";
  }
}
