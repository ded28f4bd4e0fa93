package dev.kintsugi.erasure.internal.gf;

import java.util.Arrays;

/**
 * An immutable matrix over GF(2^8), stored row by row.
 *
 * <p>It serves to construct codes and to solve for repair coefficients; bulk data goes through a
 * kernel.
 */
public final class GfMatrix {
  private final int rows;
  private final int columns;
  private final byte[] cells;

  private GfMatrix(int rows, int columns, byte[] cells) {
    this.rows = rows;
    this.columns = columns;
    this.cells = cells;
  }

  /** An element as a function of its position. */
  @FunctionalInterface
  public interface Cell {
    /** Returns the element (0..255) at the row and column, both from 0. */
    int at(int row, int column);
  }

  /** Returns the rows × columns matrix whose elements the function gives. */
  public static GfMatrix of(int rows, int columns, Cell cell) {
    byte[] cells = new byte[Math.multiplyExact(rows, columns)];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        cells[r * columns + c] = (byte) cell.at(r, c);
      }
    }
    return new GfMatrix(rows, columns, cells);
  }

  /** Returns the size × size identity matrix. */
  public static GfMatrix identity(int size) {
    return of(size, size, (r, c) -> r == c ? 1 : 0);
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the number of columns. */
  public int columns() {
    return columns;
  }

  /** Returns the element at the row and column, both from 0. */
  public int get(int row, int column) {
    return cells[row * columns + column] & 0xff;
  }

  /** Returns a copy of one row. */
  public byte[] row(int row) {
    return Arrays.copyOfRange(cells, row * columns, (row + 1) * columns);
  }

  /** Returns a copy of all elements, row by row. */
  public byte[] toArray() {
    return cells.clone();
  }

  /** Returns rows from (inclusive) to (exclusive). */
  public GfMatrix rows(int from, int to) {
    return new GfMatrix(
        to - from, columns, Arrays.copyOfRange(cells, from * columns, to * columns));
  }

  /** Returns this matrix with the rows of another, of as many columns, below it. */
  public GfMatrix above(GfMatrix below) {
    return of(rows + below.rows, columns, (r, c) -> r < rows ? get(r, c) : below.get(r - rows, c));
  }

  /** Returns this · right. */
  public GfMatrix times(GfMatrix right) {
    if (columns != right.rows) {
      throw new IllegalArgumentException(
          "cannot multiply %d×%d by %d×%d".formatted(rows, columns, right.rows, right.columns));
    }
    byte[] product = new byte[rows * right.columns];
    for (int r = 0; r < rows; r++) {
      byte[] sum = new byte[right.columns];
      for (int c = 0; c < columns; c++) {
        Gf256.addScaled(sum, right.row(c), get(r, c), right.columns);
      }
      System.arraycopy(sum, 0, product, r * right.columns, right.columns);
    }
    return new GfMatrix(rows, right.columns, product);
  }

  /**
   * Returns the inverse.
   *
   * @throws ArithmeticException if the matrix is not square or is singular
   */
  public GfMatrix inverse() {
    if (rows != columns) {
      throw new ArithmeticException("a %d×%d matrix has no inverse".formatted(rows, columns));
    }
    RowSpace space = new RowSpace(columns, rows);
    for (int r = 0; r < rows; r++) {
      if (!space.add(row(r))) {
        throw new ArithmeticException("the matrix is singular: row %d is dependent".formatted(r));
      }
    }
    byte[] inverse = new byte[rows * columns];
    for (int r = 0; r < rows; r++) {
      byte[] unit = new byte[columns];
      unit[r] = 1;
      byte[] coefficients =
          space
              .express(unit)
              .orElseThrow(() -> new IllegalStateException("a full row space misses a unit row"));
      System.arraycopy(coefficients, 0, inverse, r * columns, columns);
    }
    return new GfMatrix(rows, columns, inverse);
  }

  /** Returns the rank. */
  public int rank() {
    RowSpace space = new RowSpace(columns, rows);
    for (int r = 0; r < rows; r++) {
      space.add(row(r));
    }
    return space.rank();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GfMatrix that
        && rows == that.rows
        && columns == that.columns
        && Arrays.equals(cells, that.cells);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * rows + columns) + Arrays.hashCode(cells);
  }

  @Override
  public String toString() {
    return rows + "×" + columns + " over GF(2^8)";
  }
}
