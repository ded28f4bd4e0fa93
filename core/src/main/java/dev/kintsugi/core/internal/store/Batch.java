package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.VaultPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an ingest has collected since its last commit. Filled by one thread, then handed over. */
final class Batch {
  /** Items after which a batch is committed. */
  static final int MAX_ITEMS = 4096;

  /** Bytes after which a batch is committed. */
  static final long MAX_BYTES = 256L << 20;

  /** Age at which a batch is committed when something is added to it, in nanoseconds. */
  static final long MAX_AGE = 5_000_000_000L;

  private final List<Item> items = new ArrayList<>();
  private final Set<DraftStripe> stripes = new LinkedHashSet<>();
  private final Map<VaultPath, Kind> kinds = new HashMap<>();
  private final long started = System.nanoTime();
  private long bytes;
  private boolean entered;

  /** Adds an item whose stripes are all known. */
  void add(Item item, Kind kind) {
    items.add(item);
    kinds.put(item.path(), kind);
  }

  /** Adds a stripe that was handed over to be stored, whether or not an item will refer to it. */
  void addStripe(DraftStripe stripe) {
    stripes.add(stripe);
    bytes += stripe.used();
  }

  /** Notes that the batch has taken its way in; returns false if it had. */
  boolean enter() {
    boolean first = !entered;
    entered = true;
    return first;
  }

  /** Returns the items in the order they were given. */
  List<Item> items() {
    return items;
  }

  /** Returns every stripe handed over. */
  Set<DraftStripe> stripes() {
    return stripes;
  }

  /** Returns what an item of this batch will be at a path, null if none is there. */
  @Nullable Kind kindAt(VaultPath path) {
    return kinds.get(path);
  }

  /** Returns whether a stripe could not be stored, so that the batch cannot be committed. */
  boolean failed() {
    return stripes.stream().anyMatch(DraftStripe::failed);
  }

  boolean isEmpty() {
    return items.isEmpty() && stripes.isEmpty();
  }

  /** Returns whether it is time to commit. */
  boolean isFull() {
    return items.size() >= MAX_ITEMS
        || bytes >= MAX_BYTES
        || (!isEmpty() && System.nanoTime() - started >= MAX_AGE);
  }
}
