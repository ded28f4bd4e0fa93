package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides which commits count, from the headers of all manifest stripes that could be read and the
 * sequence numbers of those that could not.
 *
 * <p>Of the commits with one sequence number only the one with the highest incarnation may count:
 * writers raise the incarnation whenever a commit of theirs may be on the archives without having
 * been acknowledged. It counts if all its parts are there. It also counts if a later commit exists
 * of the same or a higher incarnation, for a writer goes on to the next number only after success;
 * a part that is not there has then been retired and deleted, since nothing in it was live. What
 * was retired by a commit that counts is forgotten. A commit of an incarnation that any header says
 * ended before it never counts.
 */
final class CommitChoice {
  private record Id(long sequence, long incarnation) {}

  private record Part(int ordinal, int part) {}

  private record Unreadable(StripeId stripe, long sequence, boolean neverComplete) {}

  private static final class Commit {
    final List<Part> found = new ArrayList<>();
    final List<StripeId> retired = new ArrayList<>();
    int parts;

    boolean isComplete() {
      return found.stream().map(Part::part).distinct().count() == parts;
    }
  }

  private final Map<Id, Commit> commits = new HashMap<>();
  private final List<Unreadable> unreadable = new ArrayList<>();
  private final Map<Long, Long> ended = new TreeMap<>(); // incarnation -> its last sequence number
  private long maxSequence;
  private long maxIncarnation;
  private long maxNextLeaf = 1;
  private long maxNextIno = 2;

  /** Adds a manifest stripe that was read. */
  void add(int ordinal, CommitHeader header) {
    Commit commit =
        commits.computeIfAbsent(
            new Id(header.sequence(), header.incarnation()), id -> new Commit());
    commit.parts = header.parts();
    commit.found.add(new Part(ordinal, header.part()));
    header
        .entries()
        .forEach(
            entry -> {
              if (entry instanceof CommitHeader.Retired retired) {
                commit.retired.add(retired.stripe());
              } else if (entry instanceof CommitHeader.Ended end) {
                ended.merge(end.incarnation(), end.lastSequence(), Math::min);
              }
            });
    maxSequence = Math.max(maxSequence, header.sequence());
    maxIncarnation = Math.max(maxIncarnation, header.incarnation());
    maxNextLeaf = Math.max(maxNextLeaf, header.nextLeaf());
    maxNextIno = Math.max(maxNextIno, header.nextIno());
  }

  /**
   * Adds a manifest stripe that cannot be read.
   *
   * @param neverComplete whether it has so few shards, the archives that are not there counted as
   *     having theirs, that it cannot have been acknowledged
   */
  void addUnreadable(StripeId stripe, long sequence, boolean neverComplete) {
    unreadable.add(new Unreadable(stripe, sequence, neverComplete));
    maxSequence = Math.max(maxSequence, sequence);
  }

  /**
   * What counts.
   *
   * @param ordinals of the manifest stripes that belong to commits that count
   * @param retired stripes that commits retired
   * @param lost sequence numbers of commits that may have been acknowledged and cannot be read
   */
  record Decision(Set<Integer> ordinals, Set<StripeId> retired, List<Long> lost) {}

  /**
   * Decides.
   *
   * @param everythingVisible whether so many archives were read that every stripe that was ever
   *     acknowledged must have shown at least one shard
   */
  Decision decide(boolean everythingVisible) {
    TreeMap<Long, Id> newest = new TreeMap<>();
    for (Id id : commits.keySet()) {
      if (id.sequence > ended.getOrDefault(id.incarnation, Long.MAX_VALUE)) {
        continue;
      }
      newest.merge(id.sequence, id, (a, b) -> a.incarnation > b.incarnation ? a : b);
    }
    Set<Integer> ordinals = new HashSet<>();
    Set<StripeId> retired = new HashSet<>();
    Set<Long> incomplete = new TreeSet<>();
    long last = 0;
    long laterIncarnation = -1;
    for (Id id : newest.descendingMap().values()) {
      Commit commit = commits.getOrDefault(id, new Commit());
      if (commit.isComplete() || laterIncarnation >= id.incarnation) {
        commit.found.forEach(part -> ordinals.add(part.ordinal));
        retired.addAll(commit.retired);
        last = Math.max(last, id.sequence);
      } else {
        incomplete.add(id.sequence);
      }
      laterIncarnation = Math.max(laterIncarnation, id.incarnation);
    }
    Set<Long> lost = new TreeSet<>();
    for (Unreadable stripe : unreadable) {
      boolean unfinished = stripe.neverComplete && stripe.sequence > last;
      if (!retired.contains(stripe.stripe) && !unfinished) {
        lost.add(stripe.sequence);
      }
    }
    if (!everythingVisible) {
      lost.addAll(incomplete);
    }
    return new Decision(ordinals, retired, List.copyOf(lost));
  }

  /** Returns the writers that ended without closing the vault. */
  List<CommitHeader.Ended> ended() {
    return ended.entrySet().stream()
        .map(end -> new CommitHeader.Ended(end.getKey(), end.getValue()))
        .toList();
  }

  /** Returns the highest sequence number seen anywhere. */
  long maxSequence() {
    return maxSequence;
  }

  /** Returns the highest incarnation seen anywhere. */
  long maxIncarnation() {
    return maxIncarnation;
  }

  /** Returns a leaf id above all that any commit knew of. */
  long maxNextLeaf() {
    return maxNextLeaf;
  }

  /** Returns an inode number above all that any commit knew of. */
  long maxNextIno() {
    return maxNextIno;
  }
}
