package dev.kintsugi.crypto.mnemonic;

import java.nio.charset.StandardCharsets;

/**
 * The checksum of a mnemonic: a Reed-Solomon code over GF(1024) that finds any three wrong words,
 * and any other damage but once in 2<sup>30</sup>. Source: SLIP-0039, "Checksum".
 */
final class Rs1024 {
  static final int WORDS = 3;

  private static final int[] GENERATOR = {
    0xe0e040,
    0x1c1c080,
    0x3838100,
    0x7070200,
    0xe0e0009,
    0x1c0c2412,
    0x38086c24,
    0x3090fc48,
    0x21b1f890,
    0x3f3f120
  };

  private Rs1024() {}

  private static int step(int state, int value) {
    int top = state >>> 20;
    int next = ((state & 0xfffff) << 10) ^ value;
    for (int i = 0; i < GENERATOR.length; i++) {
      next ^= -((top >> i) & 1) & GENERATOR[i];
    }
    return next;
  }

  private static int residue(boolean extendable, int[] words, int count) {
    String customization = extendable ? "shamir_extendable" : "shamir";
    int state = 1;
    for (byte b : customization.getBytes(StandardCharsets.US_ASCII)) {
      state = step(state, b);
    }
    for (int i = 0; i < count; i++) {
      state = step(state, words[i]);
    }
    return state;
  }

  /** Overwrites the last three words with the checksum of those before. */
  static void put(boolean extendable, int[] words) {
    int body = words.length - WORDS;
    for (int i = body; i < words.length; i++) {
      words[i] = 0;
    }
    int checksum = residue(extendable, words, words.length) ^ 1;
    for (int i = 0; i < WORDS; i++) {
      words[body + i] = (checksum >> (10 * (WORDS - 1 - i))) & 1023;
    }
  }

  static boolean valid(boolean extendable, int[] words) {
    return residue(extendable, words, words.length) == 1;
  }
}
