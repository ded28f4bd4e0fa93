package dev.kintsugi.core.internal.index;

import dev.kintsugi.core.internal.format.v1.CommitHeader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The writers a vault has had, as its index counts them. */
public final class Incarnations {
  private Incarnations() {}

  /**
   * Starts an incarnation. If the one before was not closed, its end is noted: it may have left a
   * manifest with a higher sequence number on the archives.
   */
  public static void next(IndexWriter writer) {
    long before = writer.counter(Counters.INCARNATION).orElse(0);
    if (before > 0 && writer.counter(Counters.CLOSED).orElse(0) != before) {
      add(writer, before, writer.counter(Counters.SEQUENCE).orElse(0));
    }
    writer.setCounter(Counters.INCARNATION, before + 1);
  }

  /** Returns the incarnations that were not closed, in the order in which they ended. */
  public static List<CommitHeader.Ended> ended(IndexReader reader) {
    long count = reader.counter(Counters.ENDED).orElse(0);
    List<CommitHeader.Ended> ended = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      ended.add(
          new CommitHeader.Ended(
              reader.counter(Counters.endedIncarnation(i)).orElseThrow(),
              reader.counter(Counters.endedSequence(i)).orElseThrow()));
    }
    return ended;
  }

  /** Notes what the manifests of a vault say of its writers, in an index that knows of none. */
  public static void restore(IndexWriter writer, Collection<CommitHeader.Ended> ended) {
    ended.forEach(end -> add(writer, end.incarnation(), end.lastSequence()));
  }

  private static void add(IndexWriter writer, long incarnation, long lastSequence) {
    long count = writer.counter(Counters.ENDED).orElse(0);
    writer.setCounter(Counters.endedIncarnation(count), incarnation);
    writer.setCounter(Counters.endedSequence(count), lastSequence);
    writer.setCounter(Counters.ENDED, count + 1);
  }
}
