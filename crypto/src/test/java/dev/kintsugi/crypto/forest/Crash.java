package dev.kintsugi.crypto.forest;

/**
 * Lets the process "die" at the n-th step: in the middle of it, or right after it. Or lets
 * something else happen before each step, as if another process did it.
 */
public final class Crash {
  /** Thrown instead of dying. */
  public static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Died(int step) {
      super("died at step " + step);
    }
  }

  private int at = Integer.MAX_VALUE;
  private boolean afterStep;
  private int steps;
  private boolean beside;
  Runnable beforeEachStep = () -> {};

  Crash() {}

  /** Dies at the step of that number from now on: in the middle of it, or right after it. */
  public void arm(int step, boolean after) {
    steps = 0;
    at = step;
    afterStep = after;
  }

  void disarm() {
    at = Integer.MAX_VALUE;
  }

  int steps() {
    return steps;
  }

  /** Counts a step; true if it must be torn. Then the caller throws {@link #thrown}. */
  boolean now() {
    meanwhile(beforeEachStep);
    steps++;
    return steps == at && !afterStep;
  }

  /** Lets something happen that does not interrupt itself. */
  void meanwhile(Runnable other) {
    if (!beside) {
      beside = true;
      try {
        other.run();
      } finally {
        beside = false;
      }
    }
  }

  /** Dies after a step that was done wholly, if that is armed. */
  void after() {
    if (steps == at && afterStep) {
      throw thrown();
    }
  }

  void step() {
    if (now()) {
      throw thrown();
    }
    after();
  }

  Died thrown() {
    return new Died(at);
  }
}
