package dev.kintsugi.erasure.durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.durability.Durability.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurabilityTest {
  private static double years(String code, Model model) {
    return Durability.of(ErasureCodes.parse(code), model).yearsToLoss();
  }

  /** Values of the birth-death chain with one repair at a time, published for this setting. */
  @ParameterizedTest
  @CsvSource({"replicate:3, 6.580e9", "rs:6+3, 3.178e11", "rs:10+4, 9.739e13", "rs:17+3, 8.273e9"})
  void reproducesKnownValues(String code, double expected) {
    Model model = Model.independent(0.015, 24);
    Durability durability = Durability.of(ErasureCodes.parse(code), model);
    assertEquals(expected, durability.yearsToLoss(), expected * 2e-4);
    assertEquals(1 / expected, durability.annualLossProbability(), 1 / expected * 2e-4);
    assertFalse(durability.isEstimate());
  }

  @Test
  void locallyRepairableCodeLiesBetweenItsBounds() {
    Model model = Model.independent(0.015, 24);
    double lrc = years("lrc:12+2+2", model);
    assertTrue(lrc < years("rs:12+4", model));
    assertTrue(lrc > years("rs:13+3", model));
  }

  @Test
  void burstsShortenLife() {
    double without = years("rs:10+4", Model.independent(0.015, 24));
    double rare = years("rs:10+4", new Model(0.015, 24, 0.1, 0.05));
    double often = years("rs:10+4", new Model(0.015, 24, 1, 0.05));
    assertTrue(rare < without / 1000, rare + " " + without);
    assertTrue(often < rare);
    assertEquals(without, years("rs:10+4", new Model(0.015, 24, 5, 0)), without * 1e-9);
    // A burst that takes everything ends the stripe: its life is the time between bursts.
    assertEquals(2, years("rs:10+4", new Model(1e-9, 24, 0.5, 1)), 1e-6);
  }

  /** With many groups, patterns of many losses that can be decoded are too rare to be sampled. */
  @ParameterizedTest
  @ValueSource(strings = {"lrc:60+20+1", "lrc:96-of-105", "lrc:40+40+1:uniform"})
  void rarePatternsThatCanBeDecodedAreNotMissed(String code) {
    Durability durability =
        Durability.of(ErasureCodes.parse(code), new Model(0.015, 24, 0.1, 0.05));
    assertTrue(durability.isEstimate());
    double surviving = ErasureCodes.parse(code).guaranteedLosses();
    assertTrue(
        durability.yearsToLoss() > 1 && durability.yearsToLoss() < 1e15,
        durability + " with " + surviving + " losses survived");
    assertTrue(
        durability.annualLossProbability() > 0 && durability.annualLossProbability() < 1,
        durability.toString());
  }

  @Test
  void badNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Model.independent(0, 24));
    assertThrows(IllegalArgumentException.class, () -> Model.independent(0.01, 0));
    assertThrows(IllegalArgumentException.class, () -> Model.independent(Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> new Model(0.01, 1, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Model(0.01, 1, 1, 1.1));
  }
}
