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
 * <p>Ids come from a {@link LeafAllocator}.
 */
public final class DerivedLeafKeys implements LeafKeys {
  private static final byte[] LABEL = "kintsugi leaf keys v1".getBytes(StandardCharsets.US_ASCII);

  private final Secret leafRoot;
  private final LeafAllocator allocator;
  private final LeafRanges punctured = new LeafRanges(); // guarded by this

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
    this.allocator = new LeafAllocator(reservation);
  }

  @Override
  public long allocate(int count) {
    if (leafRoot.isClosed()) {
      throw new IllegalStateException("the leaf keys were closed");
    }
    return allocator.allocate(count);
  }

  @Override
  public Secret key(long id) {
    synchronized (this) {
      allocator.check(id);
      if (punctured.contains(id)) {
        throw new PuncturedLeafException("leaf " + id + " was punctured");
      }
    }
    byte[] message = ByteBuffer.allocate(Long.BYTES).putLong(0, id).array();
    return leafRoot.use(key -> Secret.takeOver(Hkdf.hmac(key).doFinal(message)));
  }

  @Override
  public synchronized void puncture(long id) {
    allocator.check(id);
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
}
