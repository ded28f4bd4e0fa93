package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.GfMatrix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;

/**
 * Searches for the cheapest shards that determine lost ones, in codes whose relations are too
 * irregular for a formula.
 *
 * <p>A lost shard is computed by a relation that involves it and nothing else that is missing. What
 * is left of all relations when the shards in neither set are eliminated is one relation for each
 * lost shard, and f more that involve no lost shard and may be added to the others at will. Shards
 * can go unread together if that can clear the relations of all lost shards at all of them; f
 * shards can at most be cleared one by one, and others come with them for nothing where the
 * relations happen to fit. So the search goes through the ways to choose these f, the dearest
 * shards first: its first answer is the greedy one. The last one is chosen at once, for with one
 * relation left the shards that go together are those whose coefficients are in one proportion.
 *
 * <p>An instance serves one search.
 */
final class RepairSearch {
  /** The most relations of lost shards whose proportions fit into a key. */
  private static final int KEY_BYTES = 8;

  private static final int TABLE = 512;

  private final int lost;
  private final int[] shards;
  private final double[] costs;
  private final double enough;
  private final int maxSteps;

  /**
   * By the number of shards chosen: the relations that may be added, then those of the lost shards,
   * with the coefficients of the shards in order.
   */
  private final byte[][][] relations;

  private final int[] chosen;
  private int[] bestChosen = {};
  private double best;
  private boolean isFound;
  private int steps;
  private boolean isStopped;

  private final long[] keys = new long[TABLE];
  private final double[] sums = new double[TABLE];
  private final int[] firsts = new int[TABLE];
  private final int[] marks = new int[TABLE];
  private int mark;

  /**
   * Prepares a search.
   *
   * @param lost shards that the available ones determine
   * @param best the cost of a way that is known: only cheaper ones are looked for
   * @param enough a cost that no way can fall below
   * @param maxSteps how many shards are chosen before the search gives up
   */
  RepairSearch(
      GfMatrix parity,
      BitSet lost,
      BitSet available,
      double[] costs,
      double best,
      double enough,
      int maxSteps) {
    this.lost = lost.cardinality();
    this.shards =
        available.stream()
            .boxed()
            .sorted(Comparator.comparingDouble((Integer shard) -> costs[shard]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    this.costs = costs;
    this.best = best;
    this.enough = enough;
    this.maxSteps = maxSteps;
    byte[][] first = relations(parity, lost, available, shards);
    int free = first.length - this.lost;
    this.chosen = new int[free];
    this.relations = new byte[free + 1][][];
    relations[0] = first;
    for (int level = 1; level <= free; level++) {
      relations[level] = new byte[first.length - level][shards.length];
    }
  }

  private static byte[][] relations(GfMatrix parity, BitSet lost, BitSet available, int[] shards) {
    int k = parity.columns();
    int m = parity.rows();
    byte[][] all = new byte[m][k + m];
    for (int r = 0; r < m; r++) {
      System.arraycopy(parity.row(r), 0, all[r], 0, k);
      all[r][k + r] = 1;
    }
    int used = 0;
    for (int shard = 0; shard < k + m; shard++) {
      if (!lost.get(shard) && !available.get(shard) && pivot(all, used, used, shard)) {
        used++;
      }
    }
    int without = used;
    for (int shard : lost.stream().toArray()) {
      if (!pivot(all, used, without, shard)) {
        throw new IllegalStateException("no relation determines shard " + shard);
      }
      used++;
    }
    byte[][] relations = new byte[m - without][shards.length];
    for (int r = 0; r < relations.length; r++) {
      // Those of lost shards come last.
      byte[] row = all[r < m - used ? used + r : without + r - (m - used)];
      for (int c = 0; c < shards.length; c++) {
        relations[r][c] = row[shards[c]];
      }
    }
    return relations;
  }

  /** Brings a row that involves a shard to a place and clears the shard in the others. */
  private static boolean pivot(byte[][] rows, int place, int clearFrom, int shard) {
    for (int found = place; found < rows.length; found++) {
      byte[] row = rows[found];
      if (row[shard] != 0) {
        rows[found] = rows[place];
        rows[place] = row;
        int inverse = Gf256.inverse(row[shard] & 0xff);
        for (int r = clearFrom; r < rows.length; r++) {
          if (r != place) {
            int factor = Gf256.multiply(rows[r][shard] & 0xff, inverse);
            Gf256.addScaled(rows[r], row, factor, row.length);
          }
        }
        return true;
      }
    }
    return false;
  }

  /**
   * Searches.
   *
   * @return whether no way is cheaper than the cheapest that is known now; false if the search gave
   *     up before
   */
  boolean run() {
    search(0, 0, 0);
    return !isStopped;
  }

  /** Returns whether a cheaper way was found. */
  boolean isFound() {
    return isFound;
  }

  /** Returns the shards to read for the cheapest way found. */
  BitSet reads() {
    for (int level = 0; level < bestChosen.length; level++) {
      choose(level, bestChosen[level]);
    }
    byte[][] rows = relations[bestChosen.length];
    BitSet reads = new BitSet();
    for (int i = 0; i < shards.length; i++) {
      reads.set(shards[i], isNeeded(rows, i));
    }
    return reads;
  }

  /**
   * Tries all choices from a shard on, of those after the ones chosen.
   *
   * @param read what the shards before this one cost that are read
   */
  private void search(int level, int from, double read) {
    byte[][] rows = relations[level];
    if (rows.length - lost == 1 && lost <= KEY_BYTES) {
      chooseLast(level, from, read);
      return;
    }
    double cost = read;
    for (int i = from; i < shards.length && cost < best; i++) {
      if (!isFree(rows, i)) {
        cost += isNeeded(rows, i) ? costs[shards[i]] : 0;
        continue;
      }
      if (steps == maxSteps) {
        isStopped = true;
        return;
      }
      steps++;
      choose(level, i);
      chosen[level] = i;
      search(level + 1, i + 1, cost);
      if (isStopped || best <= enough) {
        return;
      }
      cost += costs[shards[i]];
    }
    offer(level, cost);
  }

  private void chooseLast(int level, int from, double read) {
    byte[][] rows = relations[level];
    double cost = read;
    double most = 0;
    int count = level;
    mark++;
    for (int i = from; i < shards.length; i++) {
      double own = costs[shards[i]];
      if (rows[0][i] == 0) {
        cost += isNeeded(rows, i) ? own : 0;
        continue;
      }
      cost += own;
      int slot = slot(proportions(rows, i));
      if (marks[slot] != mark) {
        marks[slot] = mark;
        sums[slot] = 0;
        firsts[slot] = i;
      }
      sums[slot] += own;
      if (sums[slot] > most) {
        most = sums[slot];
        chosen[level] = firsts[slot];
        count = level + 1;
      }
    }
    offer(count, cost - most);
  }

  /** Returns the coefficients in the relations of lost shards, divided by that in the free one. */
  private static long proportions(byte[][] rows, int shard) {
    int inverse = Gf256.inverse(rows[0][shard] & 0xff);
    long key = 0;
    for (int r = 1; r < rows.length; r++) {
      key = (key << 8) | Gf256.multiply(rows[r][shard] & 0xff, inverse);
    }
    return key;
  }

  private int slot(long key) {
    int slot = (int) ((key * 0x9e3779b97f4a7c15L) >>> 55);
    while (marks[slot] == mark && keys[slot] != key) {
      slot = (slot + 1) % TABLE;
    }
    keys[slot] = key;
    return slot;
  }

  private void offer(int count, double cost) {
    if (cost < best) {
      best = cost;
      bestChosen = Arrays.copyOf(chosen, count);
      isFound = true;
    }
  }

  /** Clears a shard in all relations but a free one, and leaves that out. */
  private void choose(int level, int shard) {
    byte[][] rows = relations[level];
    byte[][] next = relations[level + 1];
    int pivot = 0;
    while (rows[pivot][shard] == 0) {
      pivot++;
    }
    int inverse = Gf256.inverse(rows[pivot][shard] & 0xff);
    for (int r = 0; r < next.length; r++) {
      byte[] row = rows[r < pivot ? r : r + 1];
      System.arraycopy(row, 0, next[r], 0, row.length);
      int factor = Gf256.multiply(row[shard] & 0xff, inverse);
      Gf256.addScaled(next[r], rows[pivot], factor, row.length);
    }
  }

  /** Returns whether a relation that may be added involves a shard. */
  private boolean isFree(byte[][] rows, int shard) {
    for (int r = 0; r < rows.length - lost; r++) {
      if (rows[r][shard] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether the relation of a lost shard involves a shard. */
  private boolean isNeeded(byte[][] rows, int shard) {
    for (int r = rows.length - lost; r < rows.length; r++) {
      if (rows[r][shard] != 0) {
        return true;
      }
    }
    return false;
  }
}
