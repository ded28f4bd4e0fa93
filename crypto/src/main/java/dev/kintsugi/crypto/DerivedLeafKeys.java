package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Leaf keys derived from a root secret by HMAC-SHA256: nothing to store but a counter.
 *
 * <p><strong>Deletion is not irrevocable here.</strong> Whoever has the root secret can derive
 * every key there ever was, so {@link #irrevocable()} is false; {@link #puncture} makes a key
 * unavailable for the life of this object only, and {@link #commit} does nothing more. Only access
 * through this object is denied, not access by an adversary.
 *
 * <p>Ids are reserved {@value #CHUNK} at a time; a crash wastes the unused rest of a chunk.
 */
public final class DerivedLeafKeys implements LeafKeys {
  /** How many ids are reserved at a time, at least. */
  public static final int CHUNK = 4096;

  private static final byte[] LABEL = "kintsugi leaf keys v1".getBytes(StandardCharsets.US_ASCII);

  private final Secret leafRoot;
  private final LeafReservation reservation;
  private final LeafRanges punctured = new LeafRanges(); // guarded by this
  private long next; // guarded by this: first id of the chunk that was not handed out
  private long end; // guarded by this: first id after the chunk

  /**
   * Creates the source.
   *
   * @param root the root secret, at least 16 bytes; used only during this call
   * @param reservation the durable counter
   */
  public DerivedLeafKeys(Secret root, LeafReservation reservation) {
    if (root.length() < 16) {
      throw new IllegalArgumentException(
          "root (" + root.length() + " bytes) must have at least 16");
    }
    this.leafRoot = Hkdf.derive(root, new byte[0], LABEL, KEY_LENGTH);
    this.reservation = reservation;
  }

  @Override
  public synchronized long allocate(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count (" + count + ") must be at least 1");
    }
    if (leafRoot.isClosed()) {
      throw new IllegalStateException("the leaf keys were closed");
    }
    if (end - next < count) {
      int wanted = Math.max(CHUNK, count);
      long start = reservation.reserve(wanted);
      if (start < end || start < 0) {
        throw new IllegalStateException(
            "the reservation went back: " + start + " after ids up to " + (end - 1));
      }
      if (start != end) {
        next = start; // not adjacent: the rest of the old chunk is wasted
      }
      end = Math.addExact(start, wanted);
    }
    long first = next;
    next += count;
    return first;
  }

  @Override
  public Secret key(long id) {
    synchronized (this) {
      check(id);
      if (punctured.contains(id)) {
        throw new PuncturedLeafException("leaf " + id + " was punctured");
      }
    }
    byte[] message = ByteBuffer.allocate(Long.BYTES).putLong(0, id).array();
    return leafRoot.use(key -> Secret.takeOver(Hkdf.hmac(key).doFinal(message)));
  }

  @Override
  public synchronized void puncture(long id) {
    check(id);
    punctured.add(id);
  }

  /** Does nothing: see the class description. */
  @Override
  public void commit() {}

  /**
   * Tells the truth about this implementation.
   *
   * @return false
   */
  @Override
  public boolean irrevocable() {
    return false;
  }

  @Override
  public void close() {
    leafRoot.close();
  }

  private void check(long id) {
    if (id >= 0 && id < next) {
      return;
    }
    // Ids of this object's own chunk that were not handed out are unknown; those of others may
    // exist.
    if (id < end || id >= reservation.limit()) {
      throw new UnknownLeafException("leaf " + id + " was never allocated");
    }
  }
}
