package dev.kintsugi.crypto.mnemonic;

import dev.kintsugi.crypto.MalformedRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The 1024 words of SLIP-0039, ten bits each; the first four letters tell them apart. */
final class WordList {
  static final int SIZE = 1024;

  private static final List<String> WORDS = load();
  private static final Map<String, Integer> INDICES = indices();

  private WordList() {}

  private static List<String> load() {
    try (InputStream in =
        Objects.requireNonNull(WordList.class.getResourceAsStream("slip39-words.txt"))) {
      List<String> words =
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
      if (words.size() != SIZE) {
        throw new IllegalStateException("word list of " + words.size() + " words");
      }
      return words;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the word list", e);
    }
  }

  private static Map<String, Integer> indices() {
    Map<String, Integer> indices = new HashMap<>();
    for (int i = 0; i < SIZE; i++) {
      indices.put(WORDS.get(i), i);
    }
    return indices;
  }

  static String word(int index) {
    return WORDS.get(index);
  }

  /** Returns the index of a word in any case. The word itself may be secret and is not printed. */
  static int index(String word, int number) {
    Integer index = INDICES.get(word.toLowerCase(Locale.ROOT));
    if (index == null) {
      throw new MalformedRecordException("word " + number + " is not in the list of words");
    }
    return index;
  }
}
