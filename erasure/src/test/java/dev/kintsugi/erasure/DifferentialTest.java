package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares Reed-Solomon on every kernel with the whole of JavaReedSolomon. */
final class DifferentialTest {
  private static final int ROUNDS = Boolean.getBoolean("kintsugi.campaign") ? 20_000 : 60;

  static Stream<GaloisKernel> kernels() {
    return GaloisKernels.all().stream().flatMap(entry -> entry.kernel().stream());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void encodesAndDecodesAsJavaReedSolomonDoes(GaloisKernel kernel) {
    long seed = 17;
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      int k = 1 + random.nextInt(20);
      int m = 1 + random.nextInt(6);
      int length = random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(3000);
      if (round == 0) {
        length = (1 << 20) + 1;
      }
      int offset = random.nextInt(100);
      String shape = "seed %d round %d: %d+%d, %d@%d".formatted(seed, round, k, m, length, offset);
      ErasureCode code = ReedSolomon.of(k, m).withKernel(kernel);
      com.backblaze.erasure.ReedSolomon peer = com.backblaze.erasure.ReedSolomon.create(k, m);
      byte[][] ours = Samples.random(random, k + m, offset + length + random.nextInt(3));
      byte[][] theirs = Samples.copy(ours);
      code.encode(ours, offset, length);
      if (length > 0) {
        peer.encodeParity(theirs, offset, length);
      }
      assertArrayEquals(theirs, ours, shape);
      assertTrue(code.verify(ours, offset, length), shape);
      boolean[] present = Samples.without(k + m);
      for (int lost = 0; lost < m; lost++) {
        int shard = random.nextInt(k + m);
        present[shard] = false;
        random.nextBytes(ours[shard]);
        theirs[shard] = ours[shard].clone();
      }
      code.reconstruct(ours, present, offset, length);
      if (length > 0) {
        peer.decodeMissing(theirs, present, offset, length);
      }
      assertArrayEquals(theirs, ours, shape);
    }
  }
}
