package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * One attempt to commit an epoch, as a small state machine:
 *
 * <pre>{@code
 * NEW → WRITTEN    images of dirty segments and of the top are put under new names and flushed
 *     → SWITCHED   the key slot has the new entry: the commit point
 *     → ERASED     every earlier entry of the slot is erased: now "deleted" may be said
 * }</pre>
 *
 * <p>A crash before SWITCHED leaves the old state; after it the new one, and whoever opens the slot
 * erases. Every attempt draws fresh keys and names for everything it writes, and the master key
 * lives only here until it is in the slot; so what a failed attempt leaves behind can never be
 * opened, also not by somebody who later holds every current key.
 */
final class EpochCommit {
  /** How far an attempt got. */
  enum Step {
    NEW,
    WRITTEN,
    SWITCHED,
    ERASED
  }

  private final byte[] forestId;
  private final ImageStore store;
  private final KeySlot slot;
  private Step step = Step.NEW;
  private long bytesWritten;
  private final List<Secret> fresh = new ArrayList<>();
  private Optional<Forest> freshBase = Optional.empty();

  EpochCommit(byte[] forestId, ImageStore store, KeySlot slot) {
    this.forestId = forestId;
    this.store = store;
    this.slot = slot;
  }

  Step step() {
    return step;
  }

  long bytesWritten() {
    return bytesWritten;
  }

  /** A committed state and the hash of its image. */
  // The array is handed over once.
  @SuppressWarnings("ArrayRecordComponent")
  record Committed(TopImage top, String name, byte[] hash) {}

  /**
   * Runs all steps.
   *
   * @param before the state before; stays the caller's, and is not wiped
   * @param beforeHash SHA-256 of its sealed image; zeros if there is none
   * @param punctures for each segment which of its leaves to cut out
   * @param limit the number of segments in use
   * @param open gives the forest of a segment that has leaves left; it stays the giver's
   */
  Committed run(
      TopImage before,
      byte[] beforeHash,
      NavigableMap<Long, LeafSet> punctures,
      long limit,
      LongFunction<Forest> open) {
    try {
      return attempt(before, beforeHash, punctures, limit, open);
    } finally {
      if (step != Step.ERASED) {
        wipe();
      }
    }
  }

  /**
   * Wipes the keys of an attempt that failed; if it was past the commit point, opening reads them.
   */
  private void wipe() {
    fresh.forEach(Secret::close);
    freshBase.ifPresent(Forest::close);
  }

  private Committed attempt(
      TopImage before,
      byte[] beforeHash,
      NavigableMap<Long, LeafSet> punctures,
      long limit,
      LongFunction<Forest> open) {
    NavigableMap<Long, TopImage.Segment> segments = new TreeMap<>(before.segments());
    LeafSet dirty = new LeafSet();
    for (Map.Entry<Long, LeafSet> puncture : punctures.entrySet()) {
      long number = puncture.getKey();
      dirty.add(number, number + 1);
      segments.remove(number);
      Forest old = open.apply(number);
      try (Forest left =
          old.without(puncture.getValue().ranges(), before.segmentShape().treeSize())) {
        if (left.roots() > 0) {
          segments.put(number, write(number, left));
        }
      }
    }
    Forest base = before.base().without(dirty.ranges(), limit);
    freshBase = Optional.of(base);
    long epoch = Math.addExact(before.epoch(), 1);
    TopImage top = new TopImage(epoch, beforeHash, before.segmentShape(), base, segments);
    byte[] name = RandomBytes.next(KeySlot.NAME_LENGTH);
    try (Secret master = Secret.random(NodeHash.KEY_LENGTH)) {
      byte[] plain = top.encode();
      byte[] image = ForestCodec.seal(ForestCodec.KIND_TOP, forestId, epoch, master, plain);
      Arrays.fill(plain, (byte) 0);
      byte[] hash = NodeHash.sha256().digest(image);
      put(name, image);
      store.flush();
      step = Step.WRITTEN;
      checkStillCurrent(before.epoch(), beforeHash);
      // The entry shares the master key, which the block wipes.
      slot.put(new KeySlot.Entry(epoch, master, name, hash));
      step = Step.SWITCHED;
      slot.eraseBefore(epoch);
      step = Step.ERASED;
      return new Committed(top, HexFormat.of().formatHex(name), hash);
    }
  }

  /** The new image names the one before; the slot must not have gone on without it. */
  private void checkStillCurrent(long epoch, byte[] hash) {
    Optional<KeySlot.Entry> current = slot.current();
    try {
      boolean same =
          current
              .map(e -> e.epoch() == epoch && ConstantTime.equal(e.imageHash(), hash))
              .orElse(epoch == 0);
      if (!same) {
        throw new IllegalStateException(
            "the key slot holds %s, not the epoch %d this commit goes on from: another writer is at work"
                .formatted(current, epoch));
      }
    } finally {
      current.ifPresent(KeySlot.Entry::close);
    }
  }

  private TopImage.Segment write(long number, Forest left) {
    byte[] name = RandomBytes.next(KeySlot.NAME_LENGTH);
    Secret key = Secret.random(NodeHash.KEY_LENGTH);
    fresh.add(key);
    byte[] plain = ForestCodec.encode(left);
    put(name, ForestCodec.seal(ForestCodec.KIND_SEGMENT, forestId, number, key, plain));
    Arrays.fill(plain, (byte) 0);
    return new TopImage.Segment(name, key);
  }

  private void put(byte[] name, byte[] image) {
    store.put(HexFormat.of().formatHex(name), image);
    bytesWritten += image.length;
  }
}
