package dev.kintsugi.erasure;

import java.util.Random;

/** Makes the shards that tests code. */
final class Samples {
  private Samples() {}

  /** Returns rows of random bytes. */
  static byte[][] random(Random random, int rows, int length) {
    byte[][] shards = new byte[rows][length];
    for (byte[] shard : shards) {
      random.nextBytes(shard);
    }
    return shards;
  }

  /** Returns encoded shards whose data is random. */
  static byte[][] encoded(ErasureCode code, Random random, int length) {
    byte[][] shards = random(random, code.totalShards(), length);
    code.encode(shards, 0, length);
    return shards;
  }

  static byte[][] copy(byte[][] shards) {
    byte[][] copy = new byte[shards.length][];
    for (int i = 0; i < shards.length; i++) {
      copy[i] = shards[i].clone();
    }
    return copy;
  }

  /** Returns total flags, of which those at the indices are false. */
  static boolean[] without(int total, int... indices) {
    boolean[] present = new boolean[total];
    java.util.Arrays.fill(present, true);
    for (int index : indices) {
      present[index] = false;
    }
    return present;
  }

  /** Returns total flags, of which those at the indices are true. */
  static boolean[] only(int total, int... indices) {
    boolean[] wanted = new boolean[total];
    for (int index : indices) {
      wanted[index] = true;
    }
    return wanted;
  }
}
