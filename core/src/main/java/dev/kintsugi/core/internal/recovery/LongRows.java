package dev.kintsugi.core.internal.recovery;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of rows of longs in a few large arrays, so that millions of rows cost eight bytes a cell
 * and can be sorted without an object for each. Not thread-safe.
 */
final class LongRows {
  private static final int ROWS_PER_CHUNK = 1 << 12;

  private final int width;
  private final List<long[]> chunks = new ArrayList<>();
  private int size;

  /**
   * Makes an empty table.
   *
   * @param width cells of a row
   */
  LongRows(int width) {
    this.width = width;
  }

  int size() {
    return size;
  }

  /** Adds a row of exactly the table's width. */
  void add(long... cells) {
    if (cells.length != width) {
      throw new IllegalArgumentException("a row has " + width + " cells, not " + cells.length);
    }
    int at = size % ROWS_PER_CHUNK;
    if (at == 0) {
      chunks.add(new long[ROWS_PER_CHUNK * width]);
    }
    System.arraycopy(cells, 0, chunks.get(chunks.size() - 1), at * width, width);
    size = Math.incrementExact(size);
  }

  long get(int row, int column) {
    return chunks.get(row / ROWS_PER_CHUNK)[row % ROWS_PER_CHUNK * width + column];
  }

  /**
   * Returns the numbers of the rows in ascending order of their first cells, taken as unsigned.
   *
   * @param columns how many cells count; rows that are equal in them keep their order
   */
  int[] sortedBy(int columns) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    int[] from = order.clone();
    mergeSort(from, order, 0, size, columns);
    return order;
  }

  /** Sorts a range of both arrays, which hold the same numbers there, into {@code to}. */
  private void mergeSort(int[] from, int[] to, int start, int end, int columns) {
    if (end - start < 2) {
      return;
    }
    int middle = (start + end) >>> 1;
    mergeSort(to, from, start, middle, columns);
    mergeSort(to, from, middle, end, columns);
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takeLeft =
          right == end || (left < middle && compare(from[left], from[right], columns) <= 0);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }

  private int compare(int a, int b, int columns) {
    for (int column = 0; column < columns; column++) {
      int order = Long.compareUnsigned(get(a, column), get(b, column));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
