package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.RecoveryGaps;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells which of the shards that the index does not know have to stay, because this vault or one
 * that is recovered after it could need them. Speaks for the moment it is made at.
 */
final class Retention {
  private final Mending mending;
  private final Optional<String> ofUnknownStripes;
  private final Optional<String> ofNobody;

  /**
   * Looks at the vault.
   *
   * @param unlisted names of archives that were there but could not be listed
   */
  Retention(Mending mending, Collection<String> unlisted) {
    this.mending = mending;
    Archives archives = mending.archives();
    Set<String> away = new TreeSet<>(unlisted);
    for (int archive : archives.numbers()) {
      if (archives.unavailable(archive).isPresent()) {
        away.add(archives.name(archive));
      }
    }
    RecoveryGaps gaps = mending.index().read(RecoveryGaps::of);
    this.ofUnknownStripes = gap(gaps).or(() -> absence(away));
    this.ofNobody = ofUnknownStripes.or(() -> mending.index().read(Retention::missing));
  }

  private static Optional<String> gap(RecoveryGaps gaps) {
    if (gaps.lostCommits() > 0) {
      long lost = gaps.lostCommits();
      return Optional.of(
          "this vault was recovered without "
              + (lost == 1 ? "1 commit" : lost + " commits")
              + ", to which they may belong; recover again with more archives");
    }
    return gaps.unseenCommits()
        ? Optional.of(
            "this vault was recovered from so few archives that they may belong to commits that"
                + " went unseen; recover again with more archives")
        : Optional.empty();
  }

  private static Optional<String> absence(Set<String> away) {
    return away.isEmpty()
        ? Optional.empty()
        : Optional.of("archives cannot be asked: " + String.join(", ", away));
  }

  private static Optional<String> missing(IndexReader reader) {
    return reader.stripesWithMissingShards(null, 1).isEmpty()
        ? Optional.empty()
        : Optional.of("shards are missing, of which those without a sound header may be copies");
  }

  /**
   * Returns why a shard has to stay; empty if nothing can need it.
   *
   * <p>A shard of a stripe that the index knows stays as long as any shard of the stripe is missing
   * or cannot be reached; of any other stripe, as long as the vault may have forgotten it. Where it
   * belongs to cannot be told if its header is damaged, but its payload may be whole.
   *
   * @param header empty if it is not authentic
   */
  Optional<String> reason(Optional<ShardHeader> header) {
    if (header.isEmpty()) {
      return ofNobody;
    }
    Optional<Stripe> stripe =
        mending.index().read(reader -> StripeMender.load(reader, header.get().stripe()));
    if (stripe.isEmpty()) {
      return ofUnknownStripes;
    }
    Archives archives = mending.archives();
    boolean whole =
        stripe.get().shards().stream()
            .allMatch(shard -> !shard.missing() && archives.unavailable(shard.archive()).isEmpty());
    return whole ? Optional.empty() : Optional.of("their stripes are not whole");
  }
}
