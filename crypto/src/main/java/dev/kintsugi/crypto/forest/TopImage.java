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
    int entry = 9 + KeySlot.NAME_LENGTH + NodeHash.KEY_LENGTH;
    int most =
        Math.addExact(
            Long.BYTES + KeySlot.HASH_LENGTH + 1 + shape.length + 2 * Integer.BYTES,
            Math.addExact(forest.length, Math.multiplyExact(entry, segments.size())));
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

  static TopImage decode(byte[] forestId, byte[] plain) {
    List<Secret> keys = new ArrayList<>();
    try {
      ByteBuffer in = ByteBuffer.wrap(plain);
      long epoch = in.getLong();
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
      in.position(in.position() + length);
      int count = in.getInt();
      NavigableMap<Long, Segment> segments = new TreeMap<>();
      long last = 0;
      for (int i = 0; i < count; i++) {
        long distance = RootList.getVarint(in);
        last = Math.addExact(last, distance);
        byte[] name = new byte[KeySlot.NAME_LENGTH];
        byte[] key = new byte[NodeHash.KEY_LENGTH];
        in.get(name).get(key);
        Secret secret = Secret.takeOver(key);
        keys.add(secret);
        if (i > 0 && distance == 0) {
          throw new MalformedRecordException("segment %d is listed twice".formatted(last));
        }
        segments.put(last, new Segment(name, secret));
      }
      ForestCodec.checkEnd(in);
      return new TopImage(epoch, previous, segmentShape, base, segments);
    } catch (BufferUnderflowException | ArithmeticException e) {
      keys.forEach(Secret::close);
      throw new MalformedRecordException("the top image ends too early or counts too far", e);
    } catch (IllegalArgumentException e) {
      keys.forEach(Secret::close);
      throw new MalformedRecordException("impossible top image: " + e.getMessage(), e);
    }
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
