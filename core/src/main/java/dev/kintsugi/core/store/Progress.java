package dev.kintsugi.core.store;

/** Told how far a long task has come. Called from any thread, often; must return at once. */
@FunctionalInterface
public interface Progress {
  /** Ignores everything. */
  Progress NONE = (task, done, total, unit) -> {};

  /**
   * The task has come this far.
   *
   * @param task a verb such as {@code scrub}
   * @param done how much is done
   * @param total how much there is, or -1 while unknown
   * @param unit {@code bytes}, {@code shards}, {@code stripes} or {@code objects}
   */
  void update(String task, long done, long total, String unit);
}
