package dev.kintsugi.crypto.mnemonic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.mnemonic.Slip39.Group;
import dev.kintsugi.crypto.split.TooFewSharesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class Slip39Test {
  private static final char[] NONE = {};
  private static final char[] PASSPHRASE = "TREZOR".toCharArray();

  private static String hex(Secret secret) {
    return secret.use(bytes -> HexFormat.of().formatHex(bytes));
  }

  private static Secret secret(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return Secret.takeOver(bytes);
  }

  /** All vectors of the standard: the good ones give their secret, the bad ones are refused. */
  @Test
  void publishedVectorsAreMet() throws IOException {
    JsonNode vectors;
    try (InputStream in =
        Objects.requireNonNull(Slip39Test.class.getResourceAsStream("/vectors/slip-0039.json"))) {
      vectors = new ObjectMapper().readTree(in);
    }
    int good = 0;
    for (JsonNode vector : vectors) {
      String name = vector.get(0).asText();
      List<String> mnemonics = new ArrayList<>();
      vector.get(1).forEach(mnemonic -> mnemonics.add(mnemonic.asText()));
      String expected = vector.get(2).asText();
      if (expected.isEmpty()) {
        assertThrows(CryptoException.class, () -> Slip39.combine(mnemonics, PASSPHRASE), name);
        continue;
      }
      good++;
      try (Secret secret = Slip39.combine(mnemonics, PASSPHRASE)) {
        assertEquals(expected, hex(secret), name);
      }
      // What is read is written again, word for word.
      for (String mnemonic : mnemonics) {
        assertEquals(mnemonic, Share.parse(mnemonic).mnemonic(), name);
      }
    }
    assertEquals(45, vectors.size());
    assertEquals(15, good);
  }

  @Test
  void anyEnoughMembersOfEnoughGroupsGiveTheSecret() {
    Secret secret = secret(32);
    List<Group> groups = List.of(new Group(1, 1), new Group(2, 3), new Group(3, 5));
    List<List<String>> all = Slip39.split(secret, "correct horse".toCharArray(), 2, groups);
    Random random = new Random(7);
    for (int round = 0; round < 12; round++) {
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2));
      Collections.shuffle(order, random);
      List<String> some = new ArrayList<>();
      for (int g : order.subList(0, 2)) {
        List<String> members = new ArrayList<>(all.get(g));
        Collections.shuffle(members, random);
        some.addAll(members.subList(0, groups.get(g).threshold() + round % 2 * (g > 0 ? 1 : 0)));
      }
      Collections.shuffle(some, random);
      assertEquals(secret, Slip39.combine(some, "correct horse".toCharArray()));
      some.remove(0);
      if (round % 2 == 0) {
        assertThrows(
            TooFewSharesException.class, () -> Slip39.combine(some, "correct horse".toCharArray()));
      }
    }
    assertNotEquals(
        secret,
        Slip39.combine(List.of(all.get(0).get(0), all.get(1).get(0), all.get(1).get(2)), NONE),
        "every passphrase gives some secret");
  }

  @Test
  void secretsOfAllLengthsComeBack() {
    for (int length : new int[] {16, 18, 20, 24, 30, 32, 64, 512}) {
      Secret secret = secret(length);
      List<String> words = Slip39.split(secret, NONE, 1, List.of(new Group(2, 3))).get(0);
      assertEquals(secret, Slip39.combine(words.subList(1, 3), NONE));
    }
    for (int length : new int[] {1, 14, 17, 514}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Slip39.split(secret(length), NONE, 1, List.of(new Group(1, 1))));
    }
  }

  @Test
  void wrongWordsAreNamedByMnemonicAndNotPrinted() {
    List<String> words = Slip39.split(secret(16), NONE, 1, List.of(new Group(2, 2))).get(0);
    String[] second = words.get(1).split(" ");
    Random random = new Random(3);
    for (int round = 0; round < 500; round++) {
      String[] altered = second.clone();
      for (int i = 0; i <= round % 3; i++) {
        altered[random.nextInt(altered.length)] = WordList.word(random.nextInt(1024));
      }
      String text = String.join(" ", altered);
      if (text.equals(words.get(1))) {
        continue;
      }
      MalformedRecordException e =
          assertThrows(
              MalformedRecordException.class,
              () -> Slip39.combine(List.of(words.get(0), text), NONE));
      assertTrue(String.valueOf(e.getMessage()).startsWith("mnemonic 2"), e.getMessage());
    }
    String strange = words.get(1).replaceFirst(" [a-z]+ ", " kintsugi ");
    String message =
        String.valueOf(
            assertThrows(MalformedRecordException.class, () -> Slip39.place(strange)).getMessage());
    assertEquals("word 2 is not in the list of words", message);
    assertThrows(MalformedRecordException.class, () -> Slip39.place(""));
    assertThrows(MalformedRecordException.class, () -> Slip39.place("zero ".repeat(100_000)));
    assertEquals(2, Slip39.place(words.get(1).toUpperCase(java.util.Locale.ROOT)).member());
  }

  @Test
  void sharesThatDoNotBelongTogetherAreRefused() {
    Share.Header header = new Share.Header(77, true, 0, 1, 1);
    List<Group> groups = List.of(new Group(2, 4));
    List<String> a =
        Slip39.splitInsecurely(secret(16), NONE, header, groups, Interpolation.SYSTEM).get(0);
    List<String> b =
        Slip39.splitInsecurely(secret(16), NONE, header, groups, Interpolation.SYSTEM).get(0);
    assertThrows(
        AuthenticationFailedException.class,
        () -> Slip39.combine(List.of(a.get(0), b.get(1)), NONE));
    assertThrows(
        AuthenticationFailedException.class,
        () -> Slip39.combine(List.of(a.get(0), a.get(1), b.get(2)), NONE));
    assertThrows(
        AuthenticationFailedException.class,
        () -> Slip39.combine(List.of(a.get(0), b.get(0)), NONE));
    // The negative control: a copy, and more than needed, do no harm.
    assertEquals(secret(16), Slip39.combine(List.of(a.get(0), a.get(0), a.get(1), a.get(3)), NONE));
  }

  @Test
  void badArgumentsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Group(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Group(1, 2));
    assertThrows(IllegalArgumentException.class, () -> new Group(3, 2));
    assertThrows(IllegalArgumentException.class, () -> new Group(2, 17));
    List<Group> one = List.of(new Group(1, 1));
    assertThrows(IllegalArgumentException.class, () -> Slip39.split(secret(16), NONE, 2, one));
    assertThrows(IllegalArgumentException.class, () -> Slip39.split(secret(16), NONE, 0, one));
    assertThrows(
        IllegalArgumentException.class, () -> Slip39.split(secret(16), NONE, 1, List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> Slip39.split(secret(16), "ü".toCharArray(), 1, one));
    assertThrows(TooFewSharesException.class, () -> Slip39.combine(List.of(), NONE));
  }

  @Test
  void mnemonicsThatAskForHoursAreRefused() {
    for (int exponent : new int[] {11, 15}) {
      String mnemonic =
          new Share(new Share.Header(1, true, exponent, 1, 1), 0, 0, 1, new byte[32]).mnemonic();
      String message =
          assertThrows(
                  MalformedRecordException.class, () -> Slip39.combine(List.of(mnemonic), NONE))
              .getMessage();
      assertTrue(
          String.valueOf(message).contains("rounds of PBKDF2 (iteration exponent " + exponent),
          message);
      assertEquals(1, Slip39.place(mnemonic).set(), "what it says can be told all the same");
    }
    // The bound is on the work, which grows with the secret.
    for (int[] least : new int[][] {{16, 10}, {32, 10}, {64, 10}, {66, 9}, {512, 7}}) {
      Share.Header most = new Share.Header(1, false, least[1], 1, 1);
      Share.Header more = new Share.Header(1, false, least[1] + 1, 1, 1);
      assertTrue(Feistel.work(least[0], most) <= Slip39.MOST_ROUNDS, least[0] + " bytes");
      assertTrue(Feistel.work(least[0], more) > Slip39.MOST_ROUNDS, least[0] + " bytes");
    }
  }

  @Test
  void multiplicationIsThatOfTheField() {
    // FIPS 197, 4.2: {57} x {83} = {c1}, {57} x {13} = {fe}.
    assertEquals(0xc1, Interpolation.multiply(0x57, 0x83));
    assertEquals(0xfe, Interpolation.multiply(0x57, 0x13));
  }

  /**
   * One member of a 2-of-3 group is uniform whatever the secret: over many splits each byte of its
   * value takes every value about equally often. The control, randomness that is never zero, is
   * caught by the same statistic.
   */
  @Test
  void oneMemberOfTwoTellsNothing() {
    Random seeded = new Random(5);
    Interpolation.Randomness uniform =
        n -> {
          byte[] bytes = new byte[n];
          seeded.nextBytes(bytes);
          return bytes;
        };
    Interpolation.Randomness neverZero =
        n -> {
          byte[] bytes = uniform.next(n);
          for (int i = 0; i < n; i++) {
            bytes[i] = bytes[i] == 0 ? 1 : bytes[i];
          }
          return bytes;
        };
    assertFalse(chiSquare(uniform) > 400, "255 degrees of freedom, 400 is beyond 6 sigma");
    assertTrue(chiSquare(neverZero) > 400, "negative control");
  }

  private static double chiSquare(Interpolation.Randomness random) {
    byte[] secret = new byte[16];
    int[] counts = new int[256];
    int rounds = 20_000;
    for (int i = 0; i < rounds; i++) {
      byte[] value = Interpolation.split(3, 3, secret, random)[0];
      for (byte b : value) {
        counts[b & 0xff]++;
      }
    }
    double expected = 16.0 * rounds / 256;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  @Test
  void wordsAreTheStandardsAndToldApartByFourLetters() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      words.add(WordList.word(i));
    }
    assertEquals(words.stream().sorted().toList(), words);
    assertEquals(
        1024, words.stream().map(w -> w.substring(0, 4)).collect(Collectors.toSet()).size());
  }

  /** Any text, and any choice of words with a right checksum: a typed error, never more. */
  @FuzzTest(maxDuration = "1m")
  void mnemonicsAreStrict(byte[] bytes) {
    List<String> texts = new ArrayList<>();
    texts.add(new String(bytes, StandardCharsets.UTF_8));
    int[] words = new int[Math.max(7, bytes.length)];
    for (int i = 0; i < bytes.length; i++) {
      words[i] = (bytes[i] & 0xff) | ((i % 4) << 8);
    }
    for (boolean extendable : new boolean[] {true, false}) {
      words[1] = (words[1] & ~16) | (extendable ? 16 : 0);
      Rs1024.put(extendable, words);
      StringBuilder text = new StringBuilder();
      for (int word : words) {
        text.append(WordList.word(word)).append(' ');
      }
      texts.add(text.toString());
    }
    for (String text : texts) {
      try {
        Slip39.Place place = Slip39.place(text);
        assertTrue(place.groupThreshold() <= place.groups());
        assertEquals(
            text.strip().split("\\s+").length, Share.parse(text).mnemonic().split(" ").length);
      } catch (CryptoException expected) {
        assertFalse(String.valueOf(expected.getMessage()).isEmpty());
      }
    }
  }
}
