package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads extents from stripes, whatever as many archives do as the scheme can always lose.
 *
 * <p>Only blocks that are needed are read, straight from the data shards, all archives at once.
 * What an archive does not return, or returns changed, is computed from the same range of those
 * others that the code's repair plan names, which may be a local group; and when one of those lies
 * too, from whole shards whose MAC was checked. An archive that takes a multiple of its usual time
 * is not waited for as long as others can help. Everything returned was opened by its seal.
 * Thread-safe.
 */
public final class StripeReader {
  private static final int REMEMBERED = 4096;

  private final Archives archives;
  private final ArchivePool pool;
  private final GroupKeys keys;
  private final Listener listener;
  private final Patience patience;
  private final LatencyTracker latency = new LatencyTracker();
  private final ShardBuffers buffers = new ShardBuffers(64L << 20);
  private final ShardInspector inspector;
  private final ColumnMender columns;
  private final Set<Place> bad =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Place, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

  /** Hears of shards that are not as they should be; must be quick and thread-safe. */
  @FunctionalInterface
  public interface Listener {
    /** Is called once for each bad shard found, until {@link StripeReader#forget} or much later. */
    void found(ShardProblem problem);
  }

  /**
   * How long an archive is waited for before others are asked.
   *
   * @param least wait at least this long
   * @param multiple of the archive's usual time
   */
  public record Patience(Duration least, double multiple) {
    /** Four times the usual time, at least half a second. */
    public static final Patience DEFAULT = new Patience(Duration.ofMillis(500), 4);
  }

  private record Place(StripeId stripe, ShardName name) {}

  /**
   * Makes a reader.
   *
   * @param keys the group's keys; they stay the caller's
   */
  public StripeReader(
      Archives archives, ArchivePool pool, GroupKeys keys, Listener listener, Patience patience) {
    this.archives = archives;
    this.pool = pool;
    this.keys = keys;
    this.listener = listener;
    this.patience = patience;
    this.inspector = new ShardInspector(archives, keys, buffers);
    this.columns = new ColumnMender(archives, pool, keys);
  }

  /**
   * Reads a range of an extent.
   *
   * @param address where the extent starts in the stripe
   * @param extentLength its plaintext length in bytes
   * @param key its key; stays the caller's
   * @param from the first byte wanted, from 0
   * @param out receives the bytes
   * @param outOffset where
   * @param length how many
   * @throws dev.kintsugi.core.UnrecoverableException if the intact shards do not determine what is
   *     read
   * @throws dev.kintsugi.core.IntegrityException if the shards are intact but the extent does not
   *     open: the key is not its key, or it was written wrongly
   * @throws dev.kintsugi.core.FormatException if the extent reaches beyond the stripe
   */
  public void read(
      Stripe stripe,
      ExtentAddress address,
      int extentLength,
      ExtentKey key,
      int from,
      byte[] out,
      int outOffset,
      int length) {
    Objects.checkFromIndexSize(from, length, extentLength);
    Objects.checkFromIndexSize(outOffset, length, out.length);
    if (length > 0) {
      int first = from / ExtentSealer.BLOCK_SIZE;
      int last = (from + length - 1) / ExtentSealer.BLOCK_SIZE;
      BlockTarget target = BlockTarget.plain(key, extentLength, from, out, outOffset, length);
      run(stripe, address, extentLength, first, last, target);
    }
  }

  /** Reads a whole extent; see {@link #read}. An empty extent is checked, too. */
  public byte[] readExtent(Stripe stripe, ExtentAddress address, int extentLength, ExtentKey key) {
    byte[] out = new byte[extentLength];
    int last = Math.toIntExact(ExtentSealer.blocks(extentLength)) - 1;
    BlockTarget target = BlockTarget.plain(key, extentLength, 0, out, 0, extentLength);
    run(stripe, address, extentLength, 0, last, target);
    return out;
  }

  /** Reads a whole extent as it was sealed, every block of it checked; see {@link #read}. */
  public byte[] readSealed(Stripe stripe, ExtentAddress address, int extentLength, ExtentKey key) {
    byte[] out = new byte[Math.toIntExact(ExtentSealer.sealedLength(extentLength))];
    int last = Math.toIntExact(ExtentSealer.blocks(extentLength)) - 1;
    run(stripe, address, extentLength, 0, last, BlockTarget.sealed(key, extentLength, out));
    return out;
  }

  /** Forgets which shards of a stripe were bad, because they were restored. */
  public void forget(Stripe stripe) {
    stripe.shards().forEach(shard -> bad.remove(new Place(stripe.id(), shard.name())));
  }

  private void run(
      Stripe stripe,
      ExtentAddress address,
      int extentLength,
      int first,
      int last,
      BlockTarget target) {
    Scheme scheme = Scheme.parse(stripe.row().scheme());
    new ReadOperation(
            this,
            stripe,
            scheme,
            Run.of(
                StripeLayout.blocks(
                    scheme.dataShards(), stripe.row().shardLength(), address, extentLength),
                first,
                last),
            target)
        .run();
  }

  Archives archives() {
    return archives;
  }

  ArchivePool pool() {
    return pool;
  }

  GroupKeys keys() {
    return keys;
  }

  ShardBuffers buffers() {
    return buffers;
  }

  ColumnMender columns() {
    return columns;
  }

  ShardInspector inspector() {
    return inspector;
  }

  LatencyTracker latency() {
    return latency;
  }

  /** Returns after how many nanoseconds an archive is slow. */
  long patience(int archive) {
    return Math.max(
        patience.least().toNanos(), (long) (patience.multiple() * latency.usual(archive)));
  }

  /** Returns whether a shard is better not asked first. */
  boolean avoid(Stripe stripe, int shard) {
    return stripe.shards().get(shard).missing()
        || archives.unavailable(stripe.archive(shard)).isPresent()
        || bad.contains(new Place(stripe.id(), stripe.name(shard)));
  }

  /** Remembers and reports a bad shard, once. */
  void report(Stripe stripe, ShardProblem problem) {
    if (bad.add(new Place(stripe.id(), problem.name()))) {
      listener.found(problem);
    }
  }
}
