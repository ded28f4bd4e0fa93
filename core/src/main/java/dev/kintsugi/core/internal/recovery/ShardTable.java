package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The headers of all shards found, 64 bytes each, grouped by stripe. Filled by many threads, then
 * sorted and read by many.
 */
final class ShardTable {
  private static final int WIDTH = 8;
  private static final int HIGH = 0;
  private static final int LOW = 1;
  private static final int INDEX = 2;
  private static final int ARCHIVE = 3;
  private static final int NAME_HIGH = 4;
  private static final int NAME_LOW = 5;
  private static final int SHAPE = 6;
  private static final int SEQUENCE = 7;

  /** What the shards of a stripe say alike, kept once for all stripes that are alike. */
  private record Shape(Role role, String scheme, int shardLength, int head) {}

  private final LongRows rows = new LongRows(WIDTH); // guarded by this until sorted
  private final Map<Shape, Integer> shapeNumbers = new HashMap<>(); // guarded by this until sorted
  private final List<Shape> shapes = new ArrayList<>();
  private int[] order = new int[0];

  /** Adds a shard whose header is authentic. */
  synchronized void add(int archive, ShardName name, ShardHeader header) {
    Shape shape = new Shape(header.role(), header.scheme(), header.payloadLength(), header.head());
    int number =
        shapeNumbers.computeIfAbsent(
            shape,
            key -> {
              shapes.add(key);
              return shapes.size() - 1;
            });
    rows.add(
        header.stripe().high(),
        header.stripe().low(),
        header.index(),
        archive,
        name.high(),
        name.low(),
        number,
        header.sequence());
  }

  /** Ends the filling. */
  synchronized void sort() {
    order = rows.sortedBy(ARCHIVE + 1);
  }

  int shards() {
    return order.length;
  }

  /** Visits every stripe, in the order of their ids. */
  void forEachStripe(Consumer<FoundStripe> visitor) {
    for (int start = 0; start < order.length; ) {
      int end = endOfStripe(start);
      visitor.accept(stripe(start, end));
      start = end;
    }
  }

  /** Returns a stripe, if a shard of it was found. */
  Optional<FoundStripe> find(StripeId id) {
    int low = 0;
    int high = order.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (idAt(middle).compareTo(id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < order.length && idAt(low).equals(id)
        ? Optional.of(stripe(low, endOfStripe(low)))
        : Optional.empty();
  }

  private StripeId idAt(int position) {
    return new StripeId(cell(position, HIGH), cell(position, LOW));
  }

  private long cell(int position, int column) {
    return rows.get(order[position], column);
  }

  private int endOfStripe(int start) {
    int end = start + 1;
    while (end < order.length
        && cell(end, HIGH) == cell(start, HIGH)
        && cell(end, LOW) == cell(start, LOW)) {
      end++;
    }
    return end;
  }

  private FoundStripe stripe(int start, int end) {
    Shape shape = shapes.get((int) cell(start, SHAPE));
    long sequence = cell(start, SEQUENCE);
    List<FoundStripe.FoundShard> shards = new ArrayList<>();
    long last = -1;
    for (int i = start; i < end; i++) {
      // A shard that was copied to a second archive counts once. Headers that disagree cannot
      // come from an archive; should a writer have erred, the first one found is believed.
      if (cell(i, INDEX) != last
          && cell(i, SHAPE) == cell(start, SHAPE)
          && cell(i, SEQUENCE) == sequence) {
        last = cell(i, INDEX);
        shards.add(
            new FoundStripe.FoundShard(
                (int) last,
                (int) cell(i, ARCHIVE),
                new ShardName(cell(i, NAME_HIGH), cell(i, NAME_LOW))));
      }
    }
    return new FoundStripe(
        idAt(start), shape.role, shape.scheme, shape.shardLength, sequence, shape.head, shards);
  }
}
