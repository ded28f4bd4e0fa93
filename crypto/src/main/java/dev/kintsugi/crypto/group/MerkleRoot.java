package dev.kintsugi.crypto.group;

import java.util.ArrayList;
import java.util.List;

/**
 * The root of a Merkle tree over the parts of an object version, such as its sealed extents, in
 * order.
 *
 * <p>Guarantee: whoever knows the root accepts no other sequence of parts: none altered, dropped,
 * added, swapped or joined. The tree is that of RFC 9162, section 2.1.1 (leaf and node hashes have
 * different prefixes), and the number of parts is hashed on top. Not thread-safe.
 */
public final class MerkleRoot {
  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};
  private static final byte[] COUNT = {2};

  private final List<byte[]> peaks = new ArrayList<>(); // roots of full subtrees, largest first
  private long count;

  /** Creates a computation over no parts yet. */
  public MerkleRoot() {}

  /**
   * Appends a part.
   *
   * @param part its bytes, or a hash that stands for it
   * @return this
   */
  public MerkleRoot add(byte[] part) {
    byte[] hash = Records.sha256(LEAF, part);
    for (long rest = count; (rest & 1) == 1; rest >>= 1) {
      hash = Records.sha256(NODE, peaks.remove(peaks.size() - 1), hash);
    }
    peaks.add(hash);
    count++;
    return this;
  }

  /**
   * Returns the root of the parts so far.
   *
   * @return 32 bytes
   */
  public byte[] root() {
    byte[] hash = peaks.isEmpty() ? Records.sha256() : peaks.get(peaks.size() - 1);
    for (int i = peaks.size() - 2; i >= 0; i--) {
      hash = Records.sha256(NODE, peaks.get(i), hash);
    }
    return Records.sha256(COUNT, Records.number(count), hash);
  }
}
