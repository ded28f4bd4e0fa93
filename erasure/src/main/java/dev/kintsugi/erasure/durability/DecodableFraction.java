package dev.kintsugi.erasure.durability;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.internal.gf.Combinations;
import java.util.BitSet;
import java.util.Random;

/** Which share of the patterns of a number of losses a code decodes. */
final class DecodableFraction {
  /** Up to this many patterns of one size are counted, more are sampled. */
  private static final double COUNTED = 20_000;

  private static final int SAMPLES = 4_000;
  private static final long SEED = 1;

  private DecodableFraction() {}

  /** The shares by number of losses. */
  static final class Fractions {
    private final double[] shares;
    private final boolean estimate;

    private Fractions(double[] shares, boolean estimate) {
      this.shares = shares;
      this.estimate = estimate;
    }

    double of(int losses) {
      return shares[losses];
    }

    boolean isEstimate() {
      return estimate;
    }
  }

  static Fractions of(ErasureCode code) {
    double[] shares = new double[code.parityShards() + 1];
    boolean estimate = false;
    for (int losses = 0; losses < shares.length; losses++) {
      if (losses <= code.guaranteedLosses()) {
        shares[losses] = 1;
      } else if (Combinations.count(code.totalShards(), losses) <= COUNTED) {
        shares[losses] = count(code, losses);
      } else {
        shares[losses] = sample(code, losses);
        estimate = true;
      }
    }
    return new Fractions(shares, estimate);
  }

  private static double count(ErasureCode code, int losses) {
    int n = code.totalShards();
    int[] lost = Combinations.first(losses);
    long all = 0;
    long decodable = 0;
    do {
      all++;
      if (code.decodable(without(n, lost))) {
        decodable++;
      }
    } while (Combinations.next(lost, n));
    return (double) decodable / all;
  }

  private static double sample(ErasureCode code, int losses) {
    Random random = new Random(SEED);
    int n = code.totalShards();
    int decodable = 0;
    for (int i = 0; i < SAMPLES; i++) {
      BitSet present = new BitSet();
      present.set(0, n);
      while (present.cardinality() > n - losses) {
        present.clear(random.nextInt(n));
      }
      if (code.decodable(present)) {
        decodable++;
      }
    }
    return (double) decodable / SAMPLES;
  }

  private static BitSet without(int n, int[] lost) {
    BitSet present = new BitSet();
    present.set(0, n);
    for (int shard : lost) {
      present.clear(shard);
    }
    return present;
  }
}
