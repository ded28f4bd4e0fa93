package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One epoch's state: the base forest, whose leaf s is the root key of segment s as long as nothing
 * in that segment was deleted, and for the segments where something was, where their images are and
 * under which key.
 *
 * <p>Plaintext of the image: epoch (8) ‖ SHA-256 of the sealed image before (32) ‖ fan-outs of the
 * segments (1, 1 each, minus one) ‖ length of the base forest (4), base forest ‖ number of segment
 * images (4), for each the distance to the segment before (variable), name (16), key (32).
 */
final class TopImage implements AutoCloseable {
  private static final int ENTRY = KeySlot.NAME_LENGTH + NodeHash.KEY_LENGTH;

  private final long epoch;
  private final byte[] previousHash;
  private final Fanouts segmentShape;
  private final Forest base;
  private final NavigableMap<Long, Segment> segments;

  /** Where a segment's image is, and its key, which seals this one image only. */
  // The array is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Segment(byte[] name, Secret key) {
    String fileName() {
      return HexFormat.of().formatHex(name);
    }
  }

  TopImage(
      long epoch,
      byte[] previousHash,
      Fanouts segmentShape,
      Forest base,
      NavigableMap<Long, Segment> segments) {
    this.epoch = epoch;
    this.previousHash = previousHash.clone();
    this.segmentShape = segmentShape;
    this.base = base;
    this.segments = segments;
  }

  long epoch() {
    return epoch;
  }

  byte[] previousHash() {
    return previousHash.clone();
  }

  Fanouts segmentShape() {
    return segmentShape;
  }

  Forest base() {
    return base;
  }

  NavigableMap<Long, Segment> segments() {
    return segments;
  }

  byte[] encode() {
    byte[] forest = ForestCodec.encode(base);
    int[] shape = segmentShape.toArray();
    int most =
        Math.addExact(
            Long.BYTES + KeySlot.HASH_LENGTH + 1 + shape.length + 2 * Integer.BYTES,
            Math.addExact(forest.length, Math.multiplyExact(9 + ENTRY, segments.size())));
    ByteBuffer out = ByteBuffer.allocate(most);
    out.putLong(epoch).put(previousHash).put((byte) shape.length);
    for (int f : shape) {
      out.put((byte) (f - 1));
    }
    out.putInt(forest.length).put(forest).putInt(segments.size());
    long last = 0;
    for (Map.Entry<Long, Segment> segment : segments.entrySet()) {
      RootList.putVarint(out, segment.getKey() - last);
      out.put(segment.getValue().name());
      segment.getValue().key().with(out::put);
      last = segment.getKey();
    }
    byte[] exact = Arrays.copyOf(out.array(), out.position());
    Arrays.fill(out.array(), (byte) 0);
    Arrays.fill(forest, (byte) 0);
    return exact;
  }

  /**
   * Reads what {@link #encode} wrote, and nothing else: a state has one encoding.
   *
   * @throws MalformedRecordException if it is no state; then no key read so far stays in memory
   */
  static TopImage decode(byte[] forestId, byte[] plain) {
    return decode(forestId, plain, new Keys());
  }

  /** What was read so far and holds keys. */
  static final class Keys implements AutoCloseable {
    final List<Forest> forests = new ArrayList<>();
    final List<Secret> secrets = new ArrayList<>();

    @Override
    public void close() {
      forests.forEach(Forest::close);
      secrets.forEach(Secret::close);
    }
  }

  /** The same; {@code keys} receives everything that holds keys, and is closed if this fails. */
  static TopImage decode(byte[] forestId, byte[] plain, Keys keys) {
    boolean done = false;
    try {
      TopImage top = read(forestId, ByteBuffer.wrap(plain), keys);
      done = true;
      return top;
    } catch (BufferUnderflowException | ArithmeticException e) {
      throw new MalformedRecordException("the top image ends too early or counts too far", e);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("impossible top image: " + e.getMessage(), e);
    } finally {
      if (!done) {
        keys.close();
      }
    }
  }

  private static TopImage read(byte[] forestId, ByteBuffer in, Keys keys) {
    long epoch = in.getLong();
    if (epoch < 1) {
      throw new MalformedRecordException("epoch (%d) must be at least 1".formatted(epoch));
    }
    byte[] previous = new byte[KeySlot.HASH_LENGTH];
    in.get(previous);
    int[] shape = new int[in.get() & 0xff];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = (in.get() & 0xff) + 1;
    }
    Fanouts segmentShape = Fanouts.of(shape);
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new MalformedRecordException("base forest of %d bytes".formatted(length));
    }
    Forest base = ForestCodec.decode(forestId, in.slice().limit(length));
    keys.forests.add(base);
    in.position(in.position() + length);
    int count = in.getInt();
    if (count < 0 || (long) count * (1 + ENTRY) > in.remaining()) {
      throw new MalformedRecordException(
          "%d segments in %d bytes".formatted(count, in.remaining()));
    }
    NavigableMap<Long, Segment> segments = new TreeMap<>();
    long last = 0;
    for (int i = 0; i < count; i++) {
      long distance = RootList.getVarint(in);
      last = Math.addExact(last, distance);
      byte[] name = new byte[KeySlot.NAME_LENGTH];
      byte[] key = new byte[NodeHash.KEY_LENGTH];
      in.get(name).get(key);
      Secret secret = Secret.takeOver(key);
      keys.secrets.add(secret);
      if (i > 0 && distance == 0) {
        throw new MalformedRecordException("segment %d is listed twice".formatted(last));
      }
      if (last >= Long.MAX_VALUE / segmentShape.treeSize() || base.contains(last)) {
        throw new MalformedRecordException(
            "segment %d has an image, and a root in the base forest or no ids".formatted(last));
      }
      segments.put(last, new Segment(name, secret));
    }
    if (in.hasRemaining()) {
      throw new MalformedRecordException(in.remaining() + " bytes behind the top image");
    }
    return new TopImage(epoch, previous, segmentShape, base, segments);
  }

  /** Wipes the base forest and all keys of segments that {@code kept} does not share. */
  void closeExcept(NavigableMap<Long, Segment> kept) {
    base.close();
    segments.forEach(
        (number, segment) -> {
          if (!segment.equals(kept.get(number))) {
            segment.key().close();
          }
        });
  }

  @Override
  public void close() {
    closeExcept(new TreeMap<>());
  }
}
