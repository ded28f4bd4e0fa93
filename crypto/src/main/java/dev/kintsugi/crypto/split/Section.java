package dev.kintsugi.crypto.split;

/**
 * A part of all shares in which wrong values can be located: column by column, bytes {@code from}
 * to {@code to} of the shares at {@code positions} are the values at {@code abscissas} of a
 * polynomial of degree below {@code threshold}.
 *
 * @param positions the positions of the shares, rising
 * @param abscissas distinct abscissas, one for each position
 * @param threshold how many right values determine the others
 * @param from the first column
 * @param to the column behind the last
 */
// Made and read inside the package; never compared.
@SuppressWarnings("ArrayRecordComponent")
record Section(int[] positions, int[] abscissas, int threshold, int from, int to) {}
