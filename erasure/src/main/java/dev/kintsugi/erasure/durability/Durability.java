package dev.kintsugi.erasure.durability;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.durability.DecodableFraction.Fractions;

/**
 * The expected life of one stripe.
 *
 * <p>The stripe is a Markov chain over the number of lost shards. Every shard is lost at a constant
 * rate, independently of the others; one shard at a time is repaired, at a constant rate; and
 * bursts, which also come at a constant rate, each take every shard that is left with a fixed
 * probability. A loss that meets an undecodable pattern ends the stripe: for a code that is not
 * maximum distance separable with the share of undecodable patterns among those of that size,
 * counted where there are few of them and estimated from a sample of fixed seed otherwise.
 *
 * <p>Independence misleads: failures come in bursts, and without {@link Model#burstsPerYear} the
 * figures are upper bounds.
 *
 * <p>Source: the chain is that of D. Ford et al., "Availability in Globally Distributed Storage
 * Systems", OSDI 2010, section 7; it is solved by state reduction without subtractions (W. K.
 * Grassmann, M. I. Taksar, D. P. Heyman, 1985), so that the result keeps its precision.
 *
 * @param yearsToLoss the mean time to data loss of one stripe, in years of 365 days
 * @param annualLossProbability the probability that one stripe is lost within a year
 * @param isEstimate whether a share of undecodable patterns was estimated from a sample
 */
public record Durability(double yearsToLoss, double annualLossProbability, boolean isEstimate) {
  private static final double HOURS_PER_YEAR = 24 * 365;

  /**
   * What happens to shards.
   *
   * @param annualFailureRate the expected losses of one shard in a year, above 0; 0.015 is 1.5 %
   * @param repairHours the mean time to repair one shard, in hours, above 0
   * @param burstsPerYear the expected number of bursts in a year, at least 0
   * @param burstLoss the probability that a burst takes a shard, in 0..1
   */
  public record Model(
      double annualFailureRate, double repairHours, double burstsPerYear, double burstLoss) {
    /** Checks the ranges. */
    public Model {
      check("annualFailureRate", annualFailureRate, annualFailureRate > 0);
      check("repairHours", repairHours, repairHours > 0);
      check("burstsPerYear", burstsPerYear, burstsPerYear >= 0);
      check("burstLoss", burstLoss, burstLoss >= 0 && burstLoss <= 1);
    }

    /** Returns a model without bursts. */
    public static Model independent(double annualFailureRate, double repairHours) {
      return new Model(annualFailureRate, repairHours, 0, 0);
    }

    private static void check(String name, double value, boolean isInRange) {
      if (!isInRange || Double.isInfinite(value)) {
        throw new IllegalArgumentException("%s (%s) is out of range".formatted(name, value));
      }
    }
  }

  /** Returns the expected life of a stripe of a code. */
  public static Durability of(ErasureCode code, Model model) {
    int n = code.totalShards();
    int states = code.parityShards() + 1;
    Fractions decodable = DecodableFraction.of(code);
    double[][] rates = new double[states][states];
    double[] loss = new double[states];
    for (int lost = 0; lost < states; lost++) {
      int left = n - lost;
      move(lost, lost + 1, left * model.annualFailureRate(), decodable, rates, loss);
      if (lost > 0) {
        rates[lost][lost - 1] += HOURS_PER_YEAR / model.repairHours();
      }
      for (int more = 1; more <= left && model.burstsPerYear() > 0; more++) {
        double rate = model.burstsPerYear() * binomial(left, more, model.burstLoss());
        move(lost, lost + more, rate, decodable, rates, loss);
      }
    }
    double years = meanTime(rates, loss);
    return new Durability(years, -Math.expm1(-1 / years), decodable.isEstimate());
  }

  /** Adds a transition, of which the part that meets an undecodable pattern is a loss. */
  private static void move(
      int from, int to, double rate, Fractions decodable, double[][] rates, double[] loss) {
    // Losing more never makes a pattern decodable, but samples of two sizes differ by chance.
    boolean maySurvive = to < rates.length && decodable.of(from) > 0;
    double survives = maySurvive ? Math.min(1, decodable.of(to) / decodable.of(from)) : 0;
    if (survives > 0) {
      rates[from][to] += rate * survives;
    }
    loss[from] += rate * (1 - survives);
  }

  /** Returns the mean time from state 0 to a loss. */
  private static double meanTime(double[][] rates, double[] loss) {
    int states = loss.length;
    double[] time = new double[states];
    java.util.Arrays.fill(time, 1);
    for (int s = states - 1; s > 0; s--) {
      double out = loss[s];
      for (int j = 0; j < s; j++) {
        out += rates[s][j];
      }
      for (int i = 0; i < s; i++) {
        double share = rates[i][s] / out;
        for (int j = 0; j < s; j++) {
          if (j != i) {
            rates[i][j] += share * rates[s][j];
          }
        }
        loss[i] += share * loss[s];
        time[i] += share * time[s];
      }
    }
    return time[0] / loss[0];
  }

  private static double binomial(int n, int k, double p) {
    double probability = 1;
    for (int i = 0; i < k; i++) {
      probability *= p * (n - i) / (i + 1);
    }
    return probability * Math.pow(1 - p, n - k);
  }
}
