package dev.kintsugi.core.internal.index;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One state of a {@link MemoryIndex}. Every question is answered by looking at everything. */
final class MemoryState implements IndexWriter {
  private final NavigableMap<Long, Rows.Inode> inodes = new TreeMap<>();
  private final NavigableMap<Long, Rows.Content> contents = new TreeMap<>();
  private final NavigableMap<Long, Set<StripeId>> references = new TreeMap<>();
  private final NavigableMap<String, Rows.Entry> entries = new TreeMap<>();
  private final NavigableMap<StripeId, Rows.Stripe> stripes = new TreeMap<>();
  private final NavigableMap<StripeId, NavigableMap<Integer, Rows.Shard>> shards = new TreeMap<>();
  private final List<Rows.ManifestRecord> records = new ArrayList<>();
  private final NavigableMap<String, Long> counters = new TreeMap<>();
  private boolean ended;

  MemoryState copy() {
    MemoryState copy = new MemoryState();
    copy.inodes.putAll(inodes);
    copy.contents.putAll(contents);
    copy.references.putAll(references);
    copy.entries.putAll(entries);
    copy.stripes.putAll(stripes);
    shards.forEach((id, map) -> copy.shards.put(id, new TreeMap<>(map)));
    copy.records.addAll(records);
    copy.counters.putAll(counters);
    return copy;
  }

  void end() {
    ended = true;
  }

  private MemoryState live() {
    if (ended) {
      throw new IllegalStateException("used after its function returned");
    }
    return this;
  }

  @Override
  public Optional<Rows.Inode> inode(long ino) {
    return Optional.ofNullable(live().inodes.get(ino));
  }

  @Override
  public Optional<Rows.Content> content(long ino) {
    return Optional.ofNullable(live().contents.get(ino));
  }

  @Override
  public Optional<Rows.Entry> entry(long parent, byte[] nameHash) {
    return Optional.ofNullable(live().entries.get(key(parent, nameHash)));
  }

  @Override
  public void entries(long parent, Consumer<Rows.Entry> visitor) {
    live().entries.values().stream().filter(e -> e.parent() == parent).toList().forEach(visitor);
  }

  @Override
  public List<Rows.Entry> entries(long parent, byte @Nullable [] after, int limit) {
    return live().entries.values().stream()
        .filter(e -> e.parent() == parent)
        .filter(e -> after == null || Arrays.compareUnsigned(e.nameHash(), after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public boolean hasEntries(long parent) {
    return live().entries.values().stream().anyMatch(e -> e.parent() == parent);
  }

  @Override
  public List<Rows.Entry> entriesNaming(long ino) {
    return live().entries.values().stream().filter(e -> e.ino() == ino).toList();
  }

  @Override
  public void inodes(Consumer<Rows.Inode> visitor) {
    List.copyOf(live().inodes.values()).forEach(visitor);
  }

  @Override
  public Optional<Rows.Stripe> stripe(StripeId id) {
    return Optional.ofNullable(live().stripes.get(id));
  }

  @Override
  public List<Rows.Shard> shards(StripeId id) {
    return List.copyOf(live().shards.getOrDefault(id, new TreeMap<>()).values());
  }

  @Override
  public List<Rows.Stripe> stripes(@Nullable StripeId after, int limit) {
    return after(after).limit(limit).toList();
  }

  @Override
  public long stripeCount() {
    return live().stripes.size();
  }

  @Override
  public Optional<Rows.Shard> shardNamed(int archive, ShardName name) {
    return allShards().filter(s -> s.archive() == archive && s.name().equals(name)).findFirst();
  }

  @Override
  public List<Rows.Stripe> stripesWithMissingShards(@Nullable StripeId after, int limit) {
    return after(after)
        .filter(s -> !s.retired() && shards(s.id()).stream().anyMatch(Rows.Shard::missing))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Rows.Stripe> retiredStripes(@Nullable StripeId after, int limit) {
    return after(after).filter(Rows.Stripe::retired).limit(limit).toList();
  }

  @Override
  public List<Long> inodesIn(StripeId id) {
    Set<Long> found = new TreeSet<>();
    live()
        .references
        .forEach(
            (ino, ids) -> {
              if (ids.contains(id)) {
                found.add(ino);
              }
            });
    records.stream()
        .filter(r -> r.stripe().equals(id) && r.kind() != Rows.RecordKind.TOMBSTONE && isLive(r))
        .forEach(r -> found.add(r.ino()));
    return List.copyOf(found);
  }

  @Override
  public List<Rows.ManifestRecord> records(StripeId id) {
    return live().records.stream()
        .filter(r -> r.stripe().equals(id))
        .sorted(
            Comparator.comparingLong(Rows.ManifestRecord::ino)
                .thenComparing(Rows.ManifestRecord::kind))
        .toList();
  }

  @Override
  public ArchiveTotals archiveTotals(int archive) {
    List<Rows.Shard> held =
        allShards()
            .filter(s -> s.archive() == archive && !stripe(s.stripe()).orElseThrow().retired())
            .toList();
    return new ArchiveTotals(
        held.size(),
        held.stream().mapToLong(s -> stripe(s.stripe()).orElseThrow().shardLength()).sum(),
        held.stream().filter(Rows.Shard::missing).count());
  }

  @Override
  public OptionalLong counter(String name) {
    Long value = live().counters.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  @Override
  public void putInode(Rows.Inode row) {
    live().inodes.put(row.ino(), row);
  }

  @Override
  public void putContent(Rows.Content row, Collection<StripeId> ids) {
    for (StripeId id : ids) {
      Rows.Stripe stripe = live().stripes.get(id);
      if (stripe == null || stripe.retired() || stripe.role() != Role.DATA) {
        throw new IllegalArgumentException("no live data stripe " + id);
      }
    }
    live().contents.put(row.ino(), row);
    references.put(row.ino(), Set.copyOf(ids));
  }

  @Override
  public void removeContent(long ino) {
    live().contents.remove(ino);
    references.remove(ino);
  }

  @Override
  public void removeInode(long ino) {
    if (hasEntries(ino) || !entriesNaming(ino).isEmpty()) {
      throw new IllegalStateException("inode " + ino + " has entries");
    }
    removeContent(ino);
    inodes.remove(ino);
  }

  @Override
  public void putEntry(Rows.Entry row) {
    live().entries.put(key(row.parent(), row.nameHash()), row);
  }

  @Override
  public void removeEntry(long parent, byte[] nameHash) {
    live().entries.remove(key(parent, nameHash));
  }

  @Override
  public void putStripe(Rows.Stripe stripe, Collection<Rows.Shard> given) {
    if (given.isEmpty() || live().stripes.containsKey(stripe.id())) {
      throw new IllegalArgumentException("no shards, or there is a stripe " + stripe.id());
    }
    NavigableMap<Integer, Rows.Shard> map = new TreeMap<>();
    for (Rows.Shard shard : given) {
      if (!shard.stripe().equals(stripe.id())
          || shardNamed(shard.archive(), shard.name()).isPresent()
          || map.put(shard.index(), shard) != null) {
        throw new IllegalArgumentException("bad shard " + shard);
      }
    }
    stripes.put(stripe.id(), stripe);
    shards.put(stripe.id(), map);
  }

  @Override
  public void putRecords(Collection<Rows.ManifestRecord> given) {
    for (Rows.ManifestRecord record : given) {
      if (!live().stripes.containsKey(record.stripe())
          || records(record.stripe()).stream()
              .anyMatch(r -> r.ino() == record.ino() && r.kind() == record.kind())) {
        throw new IllegalArgumentException("no stripe, or twice: " + record);
      }
      records.add(record);
    }
  }

  @Override
  public void putShard(Rows.Shard shard) {
    NavigableMap<Integer, Rows.Shard> map = live().shards.get(shard.stripe());
    if (map == null || !map.containsKey(shard.index())) {
      throw new IllegalArgumentException("no such shard: " + shard);
    }
    map.put(shard.index(), shard);
  }

  @Override
  public List<StripeId> retireDead() {
    List<StripeId> dead =
        live().stripes.values().stream()
            .filter(s -> !s.retired() && isDead(s))
            .map(Rows.Stripe::id)
            .toList();
    for (StripeId id : dead) {
      Rows.Stripe s = stripe(id).orElseThrow();
      stripes.put(
          id,
          new Rows.Stripe(id, s.role(), s.scheme(), s.shardLength(), s.sequence(), s.head(), true));
    }
    return dead;
  }

  @Override
  public void removeShard(StripeId id, int index) {
    Rows.Stripe stripe = live().stripes.get(id);
    if (stripe == null) {
      return;
    }
    if (!stripe.retired()) {
      throw new IllegalStateException("not retired: " + stripe);
    }
    NavigableMap<Integer, Rows.Shard> map = shards.get(id);
    if (map != null) {
      map.remove(index);
    }
    if (map == null || map.isEmpty()) {
      shards.remove(id);
      stripes.remove(id);
      records.removeIf(r -> r.stripe().equals(id));
    }
  }

  @Override
  public void setCounter(String name, long value) {
    live().counters.put(name, value);
  }

  private boolean isDead(Rows.Stripe stripe) {
    return stripe.role() == Role.DATA
        ? references.values().stream().noneMatch(ids -> ids.contains(stripe.id()))
        : records.stream().noneMatch(r -> r.stripe().equals(stripe.id()) && isLive(r));
  }

  private boolean isLive(Rows.ManifestRecord record) {
    return switch (record.kind()) {
      case INODE -> inode(record.ino()).filter(i -> i.version() == record.version()).isPresent();
      case CONTENT ->
          content(record.ino()).filter(c -> c.version() == record.version()).isPresent();
      case TOMBSTONE ->
          records.stream()
              .anyMatch(
                  r ->
                      r.ino() == record.ino()
                          && r.kind() != Rows.RecordKind.TOMBSTONE
                          && !r.stripe().equals(record.stripe()));
    };
  }

  private Stream<Rows.Stripe> after(@Nullable StripeId after) {
    return (after == null ? live().stripes : stripes.tailMap(after, false)).values().stream();
  }

  private Stream<Rows.Shard> allShards() {
    return live().shards.values().stream().flatMap(map -> map.values().stream());
  }

  private static String key(long parent, byte[] nameHash) {
    return String.format("%016x", parent) + BaseEncoding.base16().encode(nameHash);
  }
}
