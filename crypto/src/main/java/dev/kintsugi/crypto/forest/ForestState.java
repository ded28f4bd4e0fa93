package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One committed state of a forest in memory: the top image, and segments as they are asked for.
 * Only reads: what is written is the business of {@link EpochCommit}. Not thread-safe.
 */
final class ForestState implements AutoCloseable {
  private static final int CACHED_SEGMENTS = 256;

  private final byte[] forestId;
  private final ImageStore store;
  private final Map<Long, Forest> cache = new LinkedHashMap<>(16, 0.75f, true);
  private EpochCommit.Committed committed;

  ForestState(byte[] forestId, ImageStore store, EpochCommit.Committed committed) {
    this.forestId = forestId.clone();
    this.store = store;
    this.committed = committed;
  }

  /**
   * Reads the state that an entry of the key slot names.
   *
   * @param last a state known to have been committed: what contradicts it is refused
   * @throws AuthenticationFailedException if the image is missing or not the one the slot names, or
   *     is of another history than {@code last}
   */
  static ForestState load(
      byte[] forestId, ImageStore store, KeySlot.Entry entry, Optional<CommittedEpoch> last) {
    last.ifPresent(known -> checkNotRolledBack(entry, known));
    String name = HexFormat.of().formatHex(entry.imageName());
    byte[] image = image(store, name);
    byte[] hash = NodeHash.sha256().digest(image);
    if (!ConstantTime.equal(hash, entry.imageHash())) {
      throw new AuthenticationFailedException(
          "forest image %s is not the one the key slot names".formatted(name));
    }
    byte[] plain =
        ForestCodec.open(ForestCodec.KIND_TOP, forestId, entry.epoch(), entry.masterKey(), image);
    TopImage top;
    try {
      top = TopImage.decode(forestId, plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    try {
      checkChain(top, entry.epoch(), last);
    } catch (RuntimeException e) {
      top.close();
      throw e;
    }
    return new ForestState(forestId, store, new EpochCommit.Committed(top, name, hash));
  }

  private static void checkNotRolledBack(KeySlot.Entry entry, CommittedEpoch known) {
    checkNotBefore(entry, known.epoch());
    if (entry.epoch() == known.epoch()
        && !ConstantTime.equal(entry.imageHash(), known.imageHash())) {
      throw new AuthenticationFailedException(
          "the key slot holds an epoch %d of another history than the one that was committed"
              .formatted(entry.epoch()));
    }
  }

  static void checkNotBefore(KeySlot.Entry entry, long leastEpoch) {
    if (entry.epoch() < leastEpoch) {
      throw new AuthenticationFailedException(
          "the key slot was rolled back to epoch %d; epoch %d was committed"
              .formatted(entry.epoch(), leastEpoch));
    }
  }

  private static void checkChain(TopImage top, long epoch, Optional<CommittedEpoch> last) {
    boolean first = ConstantTime.equal(top.previousHash(), new byte[KeySlot.HASH_LENGTH]);
    if (top.epoch() != epoch || first != (epoch == 1)) {
      throw new MalformedRecordException(
          "the top image of epoch %d says it is of epoch %d and %s the first"
              .formatted(epoch, top.epoch(), first ? "is" : "is not"));
    }
    if (last.isPresent()
        && epoch == last.get().epoch() + 1
        && !ConstantTime.equal(top.previousHash(), last.get().imageHash())) {
      throw new AuthenticationFailedException(
          "epoch %d was not made from the epoch %d that was committed"
              .formatted(epoch, last.get().epoch()));
    }
  }

  private static byte[] image(ImageStore store, String name) {
    return store
        .get(name)
        .orElseThrow(
            () -> new AuthenticationFailedException("forest image " + name + " is missing"));
  }

  TopImage top() {
    return committed.top();
  }

  byte[] hash() {
    return committed.hash();
  }

  CommittedEpoch epoch() {
    return new CommittedEpoch(top().epoch(), committed.hash());
  }

  long segmentSize() {
    return top().segmentShape().treeSize();
  }

  /** Returns the names of all images of this state. */
  Set<String> references() {
    Set<String> names = new HashSet<>();
    names.add(committed.name());
    top().segments().values().forEach(segment -> names.add(segment.fileName()));
    return names;
  }

  /**
   * Tells whether a leaf hangs under the spanning root. The next commit may replace that root, and
   * with it the keys of ids that were not allocated by then: such a key is right only if this state
   * is still the committed one.
   */
  boolean underSpanningRoot(long id) {
    Forest base = top().base();
    return id / segmentSize() / base.fanouts().treeSize() >= base.spanFrom();
  }

  /** Returns a leaf's key, owned by the caller. */
  Secret leaf(long id) {
    try {
      return segment(id / segmentSize()).leaf(id % segmentSize());
    } catch (PuncturedLeafException e) {
      throw new PuncturedLeafException("leaf " + id + " was punctured", e);
    }
  }

  /** Returns a segment's forest, which stays this object's. */
  Forest segment(long number) {
    Forest cached = cache.get(number);
    if (cached != null) {
      return cached;
    }
    Forest forest;
    TopImage.Segment image = top().segments().get(number);
    if (image != null) {
      byte[] sealed = image(store, image.fileName());
      byte[] plain =
          ForestCodec.open(ForestCodec.KIND_SEGMENT, forestId, number, image.key(), sealed);
      try {
        forest = ForestCodec.decodeSegment(forestId, top().segmentShape(), ByteBuffer.wrap(plain));
      } finally {
        Arrays.fill(plain, (byte) 0);
      }
    } else {
      try (Secret root = top().base().leaf(number)) {
        forest = Forest.ofRoot(forestId, top().segmentShape(), root);
      }
    }
    cache.put(number, forest);
    if (cache.size() > CACHED_SEGMENTS) {
      Map.Entry<Long, Forest> eldest = cache.entrySet().iterator().next();
      cache.remove(eldest.getKey());
      eldest.getValue().close();
    }
    return forest;
  }

  /** Goes on to the next state, which shares all segments but those that changed. */
  void advance(EpochCommit.Committed next, Set<Long> changed) {
    for (long number : changed) {
      Forest old = cache.remove(number);
      if (old != null) {
        old.close();
      }
    }
    top().closeExcept(next.top().segments());
    committed = next;
  }

  /** Wipes all keys. */
  @Override
  public void close() {
    top().close();
    cache.values().forEach(Forest::close);
    cache.clear();
  }
}
