package dev.kintsugi.crypto.mnemonic;

import dev.kintsugi.crypto.MalformedRecordException;
import java.util.Arrays;

/**
 * One mnemonic as what it says. Bits in order: identifier (15), extendable (1), iteration exponent
 * (4), group index (4), group threshold - 1 (4), groups - 1 (4), member index (4), member threshold
 * - 1 (4), zeros up to a multiple of ten, value, checksum (30).
 *
 * @param header what shares of one secret have in common
 * @param group the group's index, from 0
 * @param member the member's index in the group, from 0
 * @param memberThreshold how many members of the group are needed
 * @param value the share of the group's secret
 */
// The array is compared by content, where it is.
@SuppressWarnings("ArrayRecordComponent")
record Share(Header header, int group, int member, int memberThreshold, byte[] value) {
  /** Ten-bit words before the value: forty bits. */
  private static final int HEADER_WORDS = 4;

  private static final int LEAST_WORDS = 20;

  /** The longest mnemonic read: a secret of 512 bytes, far above any use. */
  private static final int MOST_WORDS = 420;

  /** What shares of one secret have in common. */
  record Header(
      int identifier, boolean extendable, int iterationExponent, int groupThreshold, int groups) {
    @Override
    public String toString() {
      return "set %d, %d of %d groups".formatted(identifier, groupThreshold, groups);
    }
  }

  /** The words are as secret as the value. */
  String mnemonic() {
    int valueWords = (8 * value.length + 9) / 10;
    int[] words = new int[HEADER_WORDS + valueWords + Rs1024.WORDS];
    long bits = header.identifier();
    bits = (bits << 1) | (header.extendable() ? 1 : 0);
    bits = (bits << 4) | header.iterationExponent();
    bits = (bits << 4) | group;
    bits = (bits << 4) | (header.groupThreshold() - 1);
    bits = (bits << 4) | (header.groups() - 1);
    bits = (bits << 4) | member;
    bits = (bits << 4) | (memberThreshold - 1);
    for (int i = 0; i < HEADER_WORDS; i++) {
      words[i] = (int) (bits >> (10 * (HEADER_WORDS - 1 - i))) & 1023;
    }
    int accumulator = 0;
    int held = 10 * valueWords - 8 * value.length;
    int at = HEADER_WORDS;
    for (byte b : value) {
      accumulator = (accumulator << 8) | (b & 0xff);
      held += 8;
      if (held >= 10) {
        held -= 10;
        words[at++] = (accumulator >> held) & 1023;
        accumulator &= (1 << held) - 1;
      }
    }
    Rs1024.put(header.extendable(), words);
    StringBuilder text = new StringBuilder();
    for (int word : words) {
      text.append(text.length() == 0 ? "" : " ").append(WordList.word(word));
    }
    Arrays.fill(words, 0);
    return text.toString();
  }

  /**
   * Reads a mnemonic.
   *
   * @throws MalformedRecordException if it is none, or has a wrong word
   */
  static Share parse(String mnemonic) {
    String[] text = mnemonic.strip().split("\\s+", MOST_WORDS + 1);
    if (text.length < LEAST_WORDS || text.length > MOST_WORDS) {
      throw new MalformedRecordException(
          text.length > MOST_WORDS
              ? "more than %d words".formatted(MOST_WORDS)
              : "%d words, at least %d are needed".formatted(text.length, LEAST_WORDS));
    }
    int valueWords = text.length - HEADER_WORDS - Rs1024.WORDS;
    int padding = 10 * valueWords % 16;
    if (padding > 8) {
      throw new MalformedRecordException("%d words: some are missing".formatted(text.length));
    }
    int[] words = new int[text.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = WordList.index(text[i], i + 1);
    }
    long bits = 0;
    for (int i = 0; i < HEADER_WORDS; i++) {
      bits = (bits << 10) | words[i];
    }
    boolean extendable = ((bits >> 24) & 1) == 1;
    if (!Rs1024.valid(extendable, words)) {
      throw new MalformedRecordException("the checksum is wrong: a word is wrong or misplaced");
    }
    Header header =
        new Header(
            (int) (bits >> 25),
            extendable,
            (int) ((bits >> 20) & 15),
            (int) ((bits >> 12) & 15) + 1,
            (int) ((bits >> 8) & 15) + 1);
    if (header.groupThreshold() > header.groups()) {
      throw new MalformedRecordException(
          "%d groups needed of %d".formatted(header.groupThreshold(), header.groups()));
    }
    byte[] value = new byte[(10 * valueWords - padding) / 8];
    int accumulator = words[HEADER_WORDS];
    int held = 10 - padding;
    if (accumulator >> held != 0) {
      throw new MalformedRecordException("the padding is not zero");
    }
    int next = HEADER_WORDS + 1;
    for (int i = 0; i < value.length; i++) {
      if (held < 8) {
        accumulator = (accumulator << 10) | words[next++];
        held += 10;
      }
      held -= 8;
      value[i] = (byte) (accumulator >> held);
      accumulator &= (1 << held) - 1;
    }
    Arrays.fill(words, 0);
    return new Share(
        header, (int) ((bits >> 16) & 15), (int) ((bits >> 4) & 15), (int) (bits & 15) + 1, value);
  }

  /** Tells where the share belongs, and nothing secret. */
  @Override
  public String toString() {
    return "member %d of group %d of %s".formatted(member + 1, group + 1, header);
  }
}
