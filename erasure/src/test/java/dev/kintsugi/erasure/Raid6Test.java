package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class Raid6Test {
  @Test
  void bytesAreThoseOfThePowersConstruction() {
    for (int k : new int[] {1, 2, 10, 100, 253}) {
      byte[][] raid = Samples.encoded(Raid6.of(k), new Random(k), 300);
      byte[][] rs = Samples.encoded(ReedSolomon.of(k, 2, Construction.POWERS), new Random(k), 300);
      assertArrayEquals(rs, raid);
    }
  }

  @Test
  void parityIsComputedAsTheKernelOfLinuxDoes() {
    byte[][] shards = {{0x01}, {(byte) 0x80}, {0x53}, {0}, {0}};
    Raid6.of(3).encode(shards, 0, 1);
    assertEquals((byte) (0x01 ^ 0x80 ^ 0x53), shards[3][0]);
    int q = GaloisField.multiply(2, GaloisField.multiply(2, 0x53) ^ 0x80) ^ 0x01;
    assertEquals((byte) q, shards[4][0]);
  }

  @Test
  void codesOfDifferentNameDiffer() {
    assertNotEquals(ErasureCodes.parse("raid6:4"), ErasureCodes.parse("rs:4+2:powers"));
  }
}
