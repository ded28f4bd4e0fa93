package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class SplitterNamesTest {
  @Test
  void propertiesOfTheNamedSplitters() {
    check("shamir:3of5", 5, 3, 2, true);
    check("xor:3", 3, 3, 2, true);
    check("potshards:2x2of3", 6, 5, 3, true);
    check("aont-rs:10+4", 14, 10, 9, false);
    check("krawczyk:3of5", 5, 3, 2, false);
    check("shamir:255of255", 255, 255, 254, true);
  }

  private static void check(String name, int n, int t, int p, boolean theoretic) {
    SecretSplitter s = SecretSplitter.parse(name);
    assertEquals(n, s.shares(), name);
    assertEquals(t, s.threshold(), name);
    assertEquals(p, s.privacy(), name);
    assertEquals(theoretic, s.informationTheoretic(), name);
  }

  @Test
  void malformedNamesAndNumbersOutOfRangeAreRefused() {
    String[] bad = {
      "",
      "shamir",
      "shamir:",
      "shamir:0of5",
      "shamir:6of5",
      "shamir:3of256",
      "shamir:3of5 ",
      "Shamir:3of5",
      "shamir:-1of5",
      "xor:1",
      "xor:256",
      "xor:0",
      "potshards:1x2of3",
      "potshards:2x4of3",
      "potshards:100x2of3",
      "aont-rs:0+4",
      "aont-rs:200+100",
      "krawczyk:3of3",
      "krawczyk:0of3",
      "rs:10+4",
      "shamir:99999999999of5"
    };
    for (String name : bad) {
      assertThrows(IllegalArgumentException.class, () -> SecretSplitter.parse(name), name);
    }
  }
}
