package dev.kintsugi.core.internal.index;

import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.crypto.RandomBytes;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which of the copies of a vault this one is, as its index counts it: what it has last claimed, and
 * what it knows of the lineages it was recovered from.
 *
 * @param head the last claim
 * @param parents the highest claim that was seen of each lineage of the generation before
 */
public record Lineage(ArchiveHead head, Map<Long, Long> parents) {
  /** Copies the map. */
  public Lineage {
    parents = Map.copyOf(parents);
  }

  /** Returns what an index holds; empty before the first claim of a vault that was just made. */
  public static Optional<Lineage> of(IndexReader reader) {
    if (reader.counter(Counters.LINEAGE).isEmpty()) {
      return Optional.empty();
    }
    Map<Long, Long> parents = new LinkedHashMap<>();
    long count = reader.counter(Counters.PARENTS).orElse(0);
    for (long i = 0; i < count; i++) {
      parents.put(
          reader.counter(Counters.parentLineage(i)).orElseThrow(),
          reader.counter(Counters.parentClaim(i)).orElseThrow());
    }
    ArchiveHead head =
        new ArchiveHead(
            reader.counter(Counters.GENERATION).orElseThrow(),
            reader.counter(Counters.LINEAGE).orElseThrow(),
            reader.counter(Counters.CLAIM).orElseThrow(),
            reader.counter(Counters.TOKEN).orElseThrow());
    return Optional.of(new Lineage(head, parents));
  }

  /** Makes the next claim, the first of a new lineage if there was none, and returns it. */
  public static Lineage advance(IndexWriter writer) {
    Lineage before =
        of(writer)
            .orElseGet(() -> new Lineage(new ArchiveHead(1, random(), 1, random()), Map.of()));
    ArchiveHead last = before.head;
    Lineage next =
        new Lineage(
            new ArchiveHead(
                last.generation(), last.lineage(), Math.addExact(last.claim(), 1), random()),
            before.parents);
    put(writer, next.head);
    return next;
  }

  /**
   * Starts a new lineage in an index that was recovered.
   *
   * @param seen the heads that the archives had before anything else of them was read
   */
  public static void recovered(IndexWriter writer, Collection<ArchiveHead> seen) {
    long generation = seen.stream().mapToLong(ArchiveHead::generation).max().orElse(0);
    Map<Long, Long> parents = new LinkedHashMap<>();
    for (ArchiveHead head : seen) {
      if (head.generation() == generation) {
        parents.merge(head.lineage(), head.claim(), Math::max);
      }
    }
    put(writer, new ArchiveHead(Math.addExact(generation, 1), random(), 1, random()));
    long i = 0;
    for (Map.Entry<Long, Long> parent : parents.entrySet()) {
      writer.setCounter(Counters.parentLineage(i), parent.getKey());
      writer.setCounter(Counters.parentClaim(i++), parent.getValue());
    }
    writer.setCounter(Counters.PARENTS, i);
  }

  /**
   * Returns whether a head shows that another copy of the vault has written, or may have, since
   * this copy or the vault it was recovered from did.
   *
   * <p>Lower claims, and lineages from before the generation that this one was recovered from, are
   * old news: this copy knows all they wrote.
   */
  public boolean isOvertakenBy(ArchiveHead other) {
    if (other.lineage() == head.lineage()) {
      return other.claim() > head.claim()
          || (other.claim() == head.claim() && other.token() != head.token());
    }
    if (other.generation() < head.generation() - 1) {
      return false;
    }
    Long known = parents.get(other.lineage());
    return known == null || other.claim() > known;
  }

  /** Returns whether a head is not the last claim, nor a later one: its archive missed some. */
  public boolean isAheadOf(ArchiveHead other) {
    return other.lineage() != head.lineage() || other.claim() < head.claim();
  }

  private static void put(IndexWriter writer, ArchiveHead head) {
    writer.setCounter(Counters.LINEAGE, head.lineage());
    writer.setCounter(Counters.GENERATION, head.generation());
    writer.setCounter(Counters.CLAIM, head.claim());
    writer.setCounter(Counters.TOKEN, head.token());
  }

  private static long random() {
    return ByteBuffer.wrap(RandomBytes.next(Long.BYTES)).getLong();
  }
}
