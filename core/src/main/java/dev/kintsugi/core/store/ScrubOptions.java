package dev.kintsugi.core.store;

import java.util.function.Consumer;

/**
 * How to scrub.
 *
 * @param repair whether to mend what is found and remove orphans
 * @param listener is told of every finding as soon as it is certain; by any thread, by one at a
 *     time. The scrub waits for it
 */
public record ScrubOptions(boolean repair, Consumer<ShardFinding> listener) {
  /** Makes options without a listener. */
  public ScrubOptions(boolean repair) {
    this(repair, finding -> {});
  }
}
