package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
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
      // From 0 to 1 MiB and a byte, short ones more often; the ends for certain.
      int length = random.nextInt(2 + (1 << random.nextInt(21)));
      if (round < 2) {
        length = round == 0 ? (1 << 20) + 1 : 0;
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
      ByteBuffer[] buffers = new ByteBuffer[k + m];
      for (int i = 0; i < k + m; i++) {
        // Each at a place of its own, parity with other bytes than it should have.
        int at = random.nextInt(70);
        boolean direct = random.nextBoolean();
        int size = at + length + random.nextInt(3);
        buffers[i] = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
        buffers[i].position(at).limit(at + length);
        if (i < k) {
          buffers[i].put(at, theirs[i], offset, length);
        }
      }
      code.encode(buffers);
      for (int i = 0; i < k + m; i++) {
        assertEquals(ByteBuffer.wrap(theirs[i], offset, length), buffers[i], shape);
      }
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
