package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.RandomBytes;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a splitter's random bytes come from: one fresh stream for each split, or a source given.
 */
final class Randomness {
  static final Randomness SYSTEM = new Randomness(Optional.empty());

  private final Optional<RandomSource> insecure;

  private Randomness(Optional<RandomSource> insecure) {
    this.insecure = insecure;
  }

  static Randomness insecure(RandomSource source) {
    return new Randomness(Optional.of(source));
  }

  /** Lends a source for one split. */
  void with(Consumer<RandomSource> split) {
    if (insecure.isPresent()) {
      split.accept(insecure.get());
      return;
    }
    try (RandomBytes.Stream stream = new RandomBytes.Stream()) {
      split.accept(stream::fill);
    }
  }
}
