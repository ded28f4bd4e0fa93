package dev.kintsugi.crypto.forest;

import java.util.List;

/**
 * Moves data from old leaves to fresh ones for {@link ForestLeafKeys#consolidate}.
 *
 * <p>Obligations: when {@link #move} returns, everything still wanted that was sealed under one of
 * the leaves is sealed under a fresh leaf, durably, and whatever names its leaf names the fresh
 * one, durably; and nothing will be sealed under one of the leaves any more, also not by a writer
 * who allocated it before. The keys of the old leaves are gone soon after.
 *
 * <p>What was deleted must not be moved, even if its old leaf is not punctured yet.
 */
@FunctionalInterface
public interface LeafMover {
  /**
   * Moves everything.
   *
   * @param live the leaves that may be in use, rising; some may never have been used
   */
  void move(List<LeafRange> live);
}
