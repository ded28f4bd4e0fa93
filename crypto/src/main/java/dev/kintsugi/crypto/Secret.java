package dev.kintsugi.crypto;

import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A byte string that must not leak: a key, a root secret, a seed.
 *
 * <p>The bytes never appear in {@link #toString()}, comparison takes constant time, and {@link
 * #close()} overwrites them. Callers reach the bytes only through {@link #use} and {@link #with},
 * which lend a <em>scoped copy</em> that is overwritten as soon as the callback returns or throws:
 * a callback can neither alter the secret nor keep it by accident.
 *
 * <p>Limits: the virtual machine may have copied the array while moving it, and cipher objects keep
 * expanded keys until they are collected. Wiping shortens the time a secret is in memory; it does
 * not defend against somebody who reads the memory of the live process.
 *
 * <p>Thread-safe.
 */
public final class Secret implements AutoCloseable {
  private final byte[] bytes;
  private boolean closed; // guarded by this

  private Secret(byte[] owned) {
    this.bytes = owned;
  }

  /**
   * Draws a fresh uniformly random secret.
   *
   * @param bytes length in bytes, at least 1
   * @return a new secret owned by the caller
   * @throws IllegalArgumentException if {@code bytes} is less than 1
   */
  public static Secret random(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes (" + bytes + ") must be at least 1");
    }
    return new Secret(RandomBytes.next(bytes));
  }

  /**
   * Copies bytes into a new secret. The argument is neither kept nor wiped: it stays the caller's.
   *
   * @param bytes the secret bytes, may be empty
   * @return a new secret owned by the caller
   */
  public static Secret copyOf(byte[] bytes) {
    return new Secret(bytes.clone());
  }

  /**
   * Wraps an array without copying; the secret becomes its owner and wipes it.
   *
   * @param owned an array that the caller forgets
   * @return a new secret owned by the caller
   */
  public static Secret takeOver(byte[] owned) {
    return new Secret(owned);
  }

  /**
   * Returns the length in bytes; it is available after closing, too.
   *
   * @return the length in bytes
   */
  public int length() {
    return bytes.length;
  }

  /**
   * Returns another holder of the same bytes, with a life of its own.
   *
   * @return a new secret owned by the caller
   * @throws IllegalStateException if this secret was closed
   */
  public Secret copy() {
    return new Secret(copyBytes());
  }

  /**
   * Lends a copy of the bytes and returns what the callback makes of them. The copy is overwritten
   * with zeros when the callback ends, however it ends; the callback must not return it.
   *
   * @param <T> the type of the result
   * @param callback receives the scoped copy
   * @return the callback's result
   * @throws IllegalStateException if this secret was closed
   */
  public <T> T use(Function<byte[], T> callback) {
    byte[] copy = copyBytes();
    try {
      return callback.apply(copy);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /**
   * Lends a copy of the bytes, overwritten with zeros when the callback ends, however it ends.
   *
   * @param callback receives the scoped copy
   * @throws IllegalStateException if this secret was closed
   */
  public void with(Consumer<byte[]> callback) {
    byte[] copy = copyBytes();
    try {
      callback.accept(copy);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /**
   * Tells whether the bytes were wiped.
   *
   * @return true once {@link #close()} was called
   */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Overwrites the bytes with zeros. Closing again does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  /** Returns a copy that the caller must wipe. */
  synchronized byte[] copyBytes() {
    if (closed) {
      throw new IllegalStateException("the secret was closed");
    }
    return bytes.clone();
  }

  /**
   * Compares in time that depends on the lengths alone. A closed secret equals only itself.
   *
   * @param other the object to compare with
   * @return true if {@code other} is an open secret with the same bytes, or this object
   */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Secret that) || isClosed() || that.isClosed()) {
      return false;
    }
    return use(mine -> that.use(theirs -> ConstantTime.equal(mine, theirs)));
  }

  /**
   * Returns a value that depends on the length alone, so that it tells nothing about the bytes.
   *
   * @return a hash code consistent with {@link #equals}
   */
  @Override
  public int hashCode() {
    return 31 * bytes.length + 17;
  }

  /**
   * Describes the holder without its content.
   *
   * @return for example {@code Secret[32 bytes]}
   */
  @Override
  public String toString() {
    return "Secret[" + bytes.length + " bytes]";
  }
}
