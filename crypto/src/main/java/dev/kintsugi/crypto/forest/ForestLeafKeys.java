package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.LeafAllocator;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnknownLeafException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Leaf keys in a keyed hash forest of two tiers: deletion is irrevocable as soon as {@link #commit}
 * returned.
 *
 * <p>Guarantee: an adversary who has every image ever written, complete or not, at every moment,
 * and all current keys, key slot included, cannot derive the key of a leaf that was punctured and
 * committed, because everything that leads to it is sealed under keys that were in memory only or
 * in the key slot, and are erased there. No data is ever re-encrypted for a deletion. If an attempt
 * to commit fails or the process dies, the next one to open the vault finds exactly the state
 * before or after; a deletion once acknowledged does not come back.
 *
 * <p>Ids are cut into segments of one tree each. As long as nothing in a segment was deleted, its
 * root key is a leaf of the base forest; afterwards its remaining roots are an image of its own,
 * sealed under a fresh key kept in the top image, which also holds the base forest and is sealed
 * under the epoch's master key. So a commit writes the segments in which something was deleted and
 * the top image (48 bytes for each segment in which something was ever deleted), whatever else
 * exists.
 *
 * <p>Thread-safe. One writer at a time, kept alone by the caller; any number of {@link
 * ForestReader}s may read beside it, in other processes too.
 */
public final class ForestLeafKeys implements LeafKeys {
  /** The shape of the base forest's trees. */
  static final Fanouts BASE = Fanouts.of(4, 4, 4, 4);

  private final byte[] forestId;
  private final ImageStore store;
  private final KeySlot slot;
  private final LeafAllocator allocator;
  private final NavigableMap<Long, LeafSet> pending = new TreeMap<>(); // guarded by this
  private final ForestState state; // guarded by this
  private boolean unusable; // guarded by this: closed, or the outcome of a commit is unknown
  private long lastCommitBytes; // guarded by this

  private ForestLeafKeys(
      byte[] forestId,
      ImageStore store,
      KeySlot slot,
      LeafReservation reservation,
      ForestState state) {
    this.forestId = forestId.clone();
    this.store = store;
    this.slot = slot;
    this.allocator = new LeafAllocator(reservation);
    this.state = state;
  }

  /**
   * Creates a forest and commits its first epoch.
   *
   * @param forestId the forest's id, 16 bytes, never used for another forest
   * @param segmentShape the shape of a segment, {@link Fanouts#DEFAULT} unless there is a reason
   * @param store where images go, for this forest alone; stays the caller's
   * @param slot an empty key slot; stays the caller's
   * @param reservation the durable counter of ids
   * @return leaf keys owned by the caller
   * @throws IllegalStateException if the slot is not empty
   */
  public static ForestLeafKeys create(
      byte[] forestId,
      Fanouts segmentShape,
      ImageStore store,
      KeySlot slot,
      LeafReservation reservation) {
    slot.current()
        .ifPresent(
            entry -> {
              entry.close();
              throw new IllegalStateException(
                  "the key slot is in use: epoch %d".formatted(entry.epoch()));
            });
    byte[] none = new byte[KeySlot.HASH_LENGTH];
    Forest base = Forest.create(forestId, BASE);
    try (TopImage empty = new TopImage(0, none, segmentShape, base, new TreeMap<>())) {
      EpochCommit.Committed first =
          new EpochCommit(forestId, store, slot)
              .run(empty, none, new TreeMap<>(), 0, number -> base);
      return new ForestLeafKeys(
          forestId, store, slot, reservation, new ForestState(forestId, store, first));
    }
  }

  /**
   * Opens a forest for writing, finishing what a crash interrupted: earlier entries of the slot are
   * erased, images that nothing refers to are deleted. <strong>The store is this forest's
   * alone</strong>: the images of another one in it are nothing this one refers to.
   *
   * <p><strong>The writer must be alone</strong>: the caller holds a lock that keeps every other
   * writer out, in all processes, until these keys are closed. To a second writer the images of a
   * commit that is under way look like what a crash left. Whoever only reads uses {@link
   * ForestReader}.
   *
   * @param forestId the forest's id
   * @param store where the images are; stays the caller's
   * @param slot the key slot; stays the caller's
   * @param reservation the durable counter of ids
   * @param leastEpoch an epoch known to have been committed, or 0; an earlier one is a roll-back
   * @return leaf keys owned by the caller
   * @throws AuthenticationFailedException if the slot is empty or rolled back, or the image is
   *     missing or not the one the slot names
   */
  public static ForestLeafKeys open(
      byte[] forestId,
      ImageStore store,
      KeySlot slot,
      LeafReservation reservation,
      long leastEpoch) {
    return open(forestId, store, slot, reservation, leastEpoch, Optional.empty());
  }

  /**
   * Opens a forest for writing as {@link #open(byte[], ImageStore, KeySlot, LeafReservation, long)}
   * does, and holds it against a state that the caller remembers.
   *
   * @param forestId the forest's id
   * @param store where the images are; stays the caller's
   * @param slot the key slot; stays the caller's
   * @param reservation the durable counter of ids
   * @param last the last state the caller knows to have been committed
   * @return leaf keys owned by the caller
   * @throws AuthenticationFailedException if the slot is empty, rolled back or of another history,
   *     or the image is missing or not the one the slot names
   */
  public static ForestLeafKeys open(
      byte[] forestId,
      ImageStore store,
      KeySlot slot,
      LeafReservation reservation,
      CommittedEpoch last) {
    return open(forestId, store, slot, reservation, last.epoch(), Optional.of(last));
  }

  private static ForestLeafKeys open(
      byte[] forestId,
      ImageStore store,
      KeySlot slot,
      LeafReservation reservation,
      long leastEpoch,
      Optional<CommittedEpoch> last) {
    try (KeySlot.Entry entry =
        slot.current()
            .orElseThrow(() -> new AuthenticationFailedException("the key slot is empty"))) {
      ForestState.checkNotBefore(entry, leastEpoch);
      // What contradicts anything is refused before anything is erased or deleted.
      ForestState state = ForestState.load(forestId, store, entry, last);
      try {
        slot.eraseBefore(entry.epoch());
        ForestLeafKeys keys = new ForestLeafKeys(forestId, store, slot, reservation, state);
        keys.deleteUnreferenced();
        return keys;
      } catch (RuntimeException e) {
        state.close();
        throw e;
      }
    }
  }

  @Override
  public long allocate(int count) {
    synchronized (this) {
      checkUsable();
    }
    return allocator.allocate(count);
  }

  @Override
  public synchronized Secret key(long id) {
    checkUsable();
    allocator.check(id);
    long number = id / segmentSize();
    long leaf = id % segmentSize();
    LeafSet cut = pending.get(number);
    if (cut != null && cut.contains(leaf)) {
      throw new PuncturedLeafException("leaf " + id + " was punctured");
    }
    return state.leaf(id);
  }

  @Override
  public synchronized void puncture(long id) {
    checkUsable();
    allocator.check(id);
    cut(id, id + 1);
  }

  /**
   * Punctures consecutive leaves; those already punctured are left alone.
   *
   * @param from the first id
   * @param to the id behind the last
   * @throws UnknownLeafException if the range reaches beyond what was allocated: an id that is
   *     handed out later is never dead
   */
  public synchronized void punctureRange(long from, long to) {
    checkUsable();
    long allocated = allocator.handedOut();
    if (from < 0 || to > allocated) {
      throw new UnknownLeafException(
          "leaves %d..%d are not in 0..%d".formatted(from, to, allocated));
    }
    cut(from, to);
  }

  private void cut(long from, long to) {
    long size = segmentSize();
    for (long number = from / size; number * size < to; number++) {
      boolean gone =
          !state.top().segments().containsKey(number) && !state.top().base().contains(number);
      if (!gone) {
        long start = Math.max(0, from - number * size);
        long end = Math.min(size, to - number * size);
        if (end - start > 1 || state.segment(number).contains(start)) {
          pending.computeIfAbsent(number, n -> new LeafSet()).add(start, end);
        }
      }
    }
  }

  @Override
  public synchronized void commit() {
    checkUsable();
    if (pending.isEmpty()) {
      return;
    }
    EpochCommit attempt = new EpochCommit(forestId, store, slot);
    long size = segmentSize();
    long limit = (allocator.limit() + size - 1) / size;
    EpochCommit.Committed next;
    try {
      next = attempt.run(state.top(), state.hash(), pending, limit, state::segment);
    } catch (RuntimeException e) {
      // From here on the slot may or may not have the new entry: only opening again can tell.
      unusable = attempt.step() != EpochCommit.Step.NEW;
      throw e;
    }
    lastCommitBytes = attempt.bytesWritten();
    Set<String> replaced = state.references();
    state.advance(next, pending.keySet());
    pending.clear();
    replaced.removeAll(state.references());
    replaced.forEach(store::delete);
  }

  /**
   * How one segment with deletions is used: what consolidation would gain and cost.
   *
   * @param firstLeaf the first id of the segment
   * @param endLeaf the id behind the last
   * @param roots how many roots its image holds, 33 bytes each
   * @param liveLeaves how many of its leaves were handed out and not punctured: what is in use, and
   *     what crashes wasted
   * @param full whether all ids of the segment were handed out, so that it can be consolidated
   */
  public record SegmentUse(
      long firstLeaf, long endLeaf, int roots, long liveLeaves, boolean full) {}

  /**
   * Returns the segments in which something was deleted and something is left; {@link #consolidate}
   * takes those that are full.
   *
   * @return one value for each such segment of the committed state, rising
   */
  public synchronized List<SegmentUse> segments() {
    checkUsable();
    List<SegmentUse> uses = new ArrayList<>();
    long size = segmentSize();
    for (long number : state.top().segments().keySet()) {
      long live = live(number).stream().mapToLong(LeafRange::count).sum();
      long end = (number + 1) * size;
      int roots = state.segment(number).roots();
      uses.add(new SegmentUse(number * size, end, roots, live, end <= allocator.handedOut()));
    }
    return uses;
  }

  /** Returns the leaves of a segment that were handed out and have a key, rising. */
  private List<LeafRange> live(long number) {
    long size = segmentSize();
    long first = number * size;
    LeafSet live = new LeafSet();
    RootList roots = state.segment(number).rootList();
    for (int i = 0; i < roots.count(); i++) {
      live.add(roots.start(i), roots.start(i) + state.top().segmentShape().size(roots.level(i)));
    }
    LeafSet cut = pending.get(number);
    if (cut != null) {
      long[] ranges = cut.ranges();
      for (int i = 0; i < ranges.length; i += 2) {
        live.remove(ranges[i], ranges[i + 1]);
      }
    }
    live.remove(Math.max(0, Math.min(size, allocator.handedOut() - first)), size);
    List<LeafRange> ids = new ArrayList<>();
    long[] ranges = live.ranges();
    for (int i = 0; i < ranges.length; i += 2) {
      ids.add(new LeafRange(first + ranges[i], first + ranges[i + 1]));
    }
    return ids;
  }

  /**
   * Consolidates a segment: the data of its live leaves moves to fresh leaves, then all of it is
   * punctured and committed, and its image is gone. It trades sealing {@code liveLeaves} leaves'
   * data again for smaller images; deletion never needs it.
   *
   * <p>The mover is called once, without a lock of this object, before anything is punctured. If it
   * throws, or the process dies, every old leaf still has its key, and consolidating again
   * finishes.
   *
   * @param firstLeaf the first id of the segment, as {@link #segments} tells
   * @param mover moves what is sealed under the segment's leaves; not called if nothing is live
   * @throws IllegalArgumentException if that is not the first id of a segment with deletions
   * @throws IllegalStateException if the segment is not full: its other ids are still handed out
   */
  public void consolidate(long firstLeaf, LeafMover mover) {
    List<LeafRange> live;
    long end;
    synchronized (this) {
      checkUsable();
      long size = segmentSize();
      if (firstLeaf % size != 0 || !state.top().segments().containsKey(firstLeaf / size)) {
        throw new IllegalArgumentException(
            "leaf %d is not the first of a segment with deletions".formatted(firstLeaf));
      }
      end = firstLeaf + size;
      if (end > allocator.handedOut()) {
        throw new IllegalStateException(
            "segment %d..%d is not full: ids are handed out up to %d"
                .formatted(firstLeaf, end, allocator.handedOut()));
      }
      live = live(firstLeaf / size);
    }
    if (!live.isEmpty()) {
      mover.move(live);
    }
    synchronized (this) {
      punctureRange(firstLeaf, end);
      commit();
    }
  }

  /**
   * Returns the committed epoch.
   *
   * @return the epoch, from 1
   */
  public synchronized long epoch() {
    return state.top().epoch();
  }

  /**
   * Returns the committed state, for the caller to remember and give to the next {@code open}.
   *
   * @return the epoch and the hash of its image
   */
  public synchronized CommittedEpoch committed() {
    return state.epoch();
  }

  /**
   * Returns how many bytes of images the last commit of this object wrote.
   *
   * @return the number of bytes; 0 before the first commit
   */
  public synchronized long lastCommitBytes() {
    return lastCommitBytes;
  }

  @Override
  public boolean irrevocable() {
    return slot.erasesForGood();
  }

  private void deleteUnreferenced() {
    Set<String> known = state.references();
    for (String name : store.names()) {
      if (!known.contains(name)) {
        store.delete(name);
      }
    }
  }

  private long segmentSize() {
    return state.segmentSize();
  }

  private void checkUsable() {
    if (unusable) {
      throw new IllegalStateException(
          "the leaf keys were closed, or a commit was interrupted: open them again");
    }
  }

  /** Wipes all keys in memory; store and slot stay open. Closing again does nothing. */
  @Override
  public synchronized void close() {
    unusable = true;
    state.close();
    pending.clear();
  }
}
