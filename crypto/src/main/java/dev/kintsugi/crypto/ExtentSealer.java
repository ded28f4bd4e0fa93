package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens one extent in blocks of 64 KiB with AES-256-GCM, so that a reader can open any
 * block without the others.
 *
 * <p>A sealed extent is the concatenation of its sealed blocks; a sealed block is ciphertext ‖ tag.
 * Every block but the last holds exactly {@value #BLOCK_SIZE} bytes; the last holds 1 to {@value
 * #BLOCK_SIZE}. An empty extent has one sealed empty block, so zero bytes are never a valid extent.
 *
 * <p>Guarantee: nonce = 32 zero bits ‖ block number; associated data = vault ‖ group ‖ object ‖
 * leaf ‖ block number ‖ last-block flag ‖ length of this block (16, 8, 8, 8, 8, 1, 4 bytes,
 * big-endian). Because number, flag and length of each block are authenticated and only the last
 * may be short, the length of the whole extent is authenticated too: an extent cannot be altered,
 * cut, extended, reordered, spliced with another extent, or moved to another place. The whole
 * length need not be known when the first block is sealed.
 *
 * <p>Nonces never repeat as long as one key seals one extent once. Each sealer refuses a block
 * number that is not above the one before; whoever must write sealed bytes again keeps the bytes
 * and does not seal anew.
 *
 * <p>Not thread-safe: one sealer per thread; making one costs about a microsecond. Callers own all
 * buffers, and input and output ranges must not overlap.
 */
public final class ExtentSealer {
  /** Plaintext bytes of every block but the last. */
  public static final int BLOCK_SIZE = 65_536;

  /** How much longer a sealed block is than its plaintext, in bytes. */
  public static final int TAG_SIZE = 16;

  /** Bytes of every sealed block but the last. */
  public static final int SEALED_BLOCK_SIZE = BLOCK_SIZE + TAG_SIZE;

  /** The longest extent, in bytes: 2<sup>32</sup> blocks. */
  public static final long MAX_LENGTH = (long) BLOCK_SIZE << 32;

  private static final int BLOCK_NUMBER_AT = ExtentContext.ENCODED_LENGTH;
  private static final int AAD_LENGTH = BLOCK_NUMBER_AT + Long.BYTES + 1 + Integer.BYTES;

  private final ExtentKey key;
  private final Cipher cipher;
  private final byte[] nonce = new byte[12];
  private final byte[] aad = new byte[AAD_LENGTH];
  private final ByteBuffer nonceView = ByteBuffer.wrap(nonce);
  private final ByteBuffer aadView = ByteBuffer.wrap(aad);
  private long lastSealed = -1;

  /**
   * Creates a sealer.
   *
   * @param key the extent's key; it stays the caller's and must stay open as long as the sealer is
   *     used
   */
  public ExtentSealer(ExtentKey key) {
    this.key = key;
    key.context().encode(aadView);
    try {
      this.cipher = Cipher.getInstance(Aead.TRANSFORMATION);
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM is part of every Java platform", e);
    }
  }

  /**
   * Returns how many blocks an extent has.
   *
   * @param plain plaintext length in bytes, 0 to {@link #MAX_LENGTH}
   * @return the number of blocks, at least 1
   * @throws IllegalArgumentException if the length is out of range
   */
  public static long blocks(long plain) {
    if (plain < 0 || plain > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "extent length (" + plain + ") must be in 0.." + MAX_LENGTH);
    }
    return Math.max(1, (plain + BLOCK_SIZE - 1) / BLOCK_SIZE);
  }

  /**
   * Returns how long an extent becomes by sealing.
   *
   * @param plain plaintext length in bytes, 0 to {@link #MAX_LENGTH}
   * @return the sealed length in bytes
   * @throws IllegalArgumentException if the length is out of range
   */
  public static long sealedLength(long plain) {
    return plain + TAG_SIZE * blocks(plain);
  }

  /**
   * Returns the plaintext length of a sealed extent; the inverse of {@link #sealedLength}.
   *
   * @param sealed the sealed length in bytes
   * @return the plaintext length in bytes
   * @throws MalformedRecordException if no extent has that sealed length
   */
  public static long plainLength(long sealed) {
    long blocks = (sealed + SEALED_BLOCK_SIZE - 1) / SEALED_BLOCK_SIZE;
    long plain = sealed - TAG_SIZE * blocks;
    if (sealed < TAG_SIZE || plain > MAX_LENGTH || plain < 0 || sealedLength(plain) != sealed) {
      throw new MalformedRecordException("no extent has a sealed length of " + sealed + " bytes");
    }
    return plain;
  }

  /**
   * Seals one block.
   *
   * @param blockNumber the block's number, from 0; must rise from call to call
   * @param last whether it is the extent's last block
   * @param in holds the plaintext
   * @param off index of its first byte
   * @param len its length: {@value #BLOCK_SIZE} unless {@code last}; 0 only if the extent is empty
   * @param out receives {@code len +} {@value #TAG_SIZE} bytes
   * @param outOff index of the first byte to write
   * @return the number of bytes written
   * @throws IllegalArgumentException if the length is not possible for the block, or the number not
   *     in 0..2<sup>32</sup>-1
   * @throws IllegalStateException if the number does not rise, or the key was closed
   * @throws IndexOutOfBoundsException if a range is not inside its array
   */
  public int sealBlock(
      long blockNumber, boolean last, byte[] in, int off, int len, byte[] out, int outOff) {
    Objects.checkFromIndexSize(off, len, in.length);
    Objects.checkFromIndexSize(outOff, Math.addExact(len, TAG_SIZE), out.length);
    String problem = problem(blockNumber, last, len);
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    if (blockNumber <= lastSealed) {
      throw new IllegalStateException(
          "block " + blockNumber + " after block " + lastSealed + " would repeat a nonce");
    }
    try {
      init(Cipher.ENCRYPT_MODE, blockNumber, last, len);
      lastSealed = blockNumber;
      return cipher.doFinal(in, off, len, out, outOff);
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to seal block " + blockNumber, e);
    }
  }

  /**
   * Opens one block.
   *
   * @param blockNumber the block's number
   * @param last whether it must be the extent's last block
   * @param in holds the sealed block
   * @param off index of its first byte
   * @param sealedLen its length with the tag
   * @param out receives {@code sealedLen -} {@value #TAG_SIZE} bytes; on failure that range holds
   *     nothing of the plaintext
   * @param outOff index of the first byte to write
   * @return the number of bytes written
   * @throws AuthenticationFailedException if this is not exactly what {@link #sealBlock} made for
   *     that number and flag under this key
   * @throws IllegalStateException if the key was closed
   * @throws IndexOutOfBoundsException if a range is not inside its array
   */
  public int openBlock(
      long blockNumber, boolean last, byte[] in, int off, int sealedLen, byte[] out, int outOff) {
    Objects.checkFromIndexSize(off, sealedLen, in.length);
    int len = sealedLen - TAG_SIZE;
    String problem = problem(blockNumber, last, len);
    if (problem != null) {
      throw new AuthenticationFailedException(problem + " (" + key.context() + ")");
    }
    Objects.checkFromIndexSize(outOff, len, out.length);
    try {
      init(Cipher.DECRYPT_MODE, blockNumber, last, len);
      return cipher.doFinal(in, off, sealedLen, out, outOff);
    } catch (AEADBadTagException e) {
      throw new AuthenticationFailedException(
          "block " + blockNumber + " of " + key.context() + " is not authentic", e);
    } catch (ShortBufferException e) {
      throw new CryptoBugException("the output range was checked", e);
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to open block " + blockNumber, e);
    }
  }

  /**
   * Seals a whole extent that fits into memory.
   *
   * @param in holds the plaintext
   * @param off index of its first byte
   * @param len its length, 0 or more
   * @param out receives {@link #sealedLength}{@code (len)} bytes
   * @param outOff index of the first byte to write
   * @return the number of bytes written
   * @throws IllegalStateException if this sealer sealed something before, or the key was closed
   * @throws IndexOutOfBoundsException if a range is not inside its array
   */
  public int sealExtent(byte[] in, int off, int len, byte[] out, int outOff) {
    int blocks = Math.toIntExact(blocks(len));
    int written = 0;
    for (int b = 0; b < blocks; b++) {
      int at = b * BLOCK_SIZE;
      int n = Math.min(BLOCK_SIZE, len - at);
      written += sealBlock(b, b == blocks - 1, in, off + at, n, out, outOff + written);
    }
    return written;
  }

  /**
   * Seals a whole extent that fits into memory.
   *
   * @param plain the plaintext
   * @return the sealed extent
   * @throws IllegalStateException if this sealer sealed something before, or the key was closed
   */
  public byte[] sealExtent(byte[] plain) {
    byte[] sealed = new byte[Math.toIntExact(sealedLength(plain.length))];
    sealExtent(plain, 0, plain.length, sealed, 0);
    return sealed;
  }

  /**
   * Opens a whole sealed extent.
   *
   * @param in holds the sealed extent
   * @param off index of its first byte
   * @param sealedLen its length
   * @param out receives {@link #plainLength}{@code (sealedLen)} bytes
   * @param outOff index of the first byte to write
   * @return the number of bytes written
   * @throws AuthenticationFailedException if it is not exactly what was sealed under this key;
   *     blocks before the failing one have been written to {@code out}
   * @throws IllegalStateException if the key was closed
   * @throws IndexOutOfBoundsException if a range is not inside its array
   */
  public int openExtent(byte[] in, int off, int sealedLen, byte[] out, int outOff) {
    Objects.checkFromIndexSize(off, sealedLen, in.length);
    int written = 0;
    for (int at = 0, b = 0; b == 0 || at < sealedLen; at += SEALED_BLOCK_SIZE, b++) {
      int n = Math.min(SEALED_BLOCK_SIZE, sealedLen - at);
      boolean last = sealedLen - at <= SEALED_BLOCK_SIZE;
      written += openBlock(b, last, in, off + at, n, out, outOff + written);
    }
    return written;
  }

  /**
   * Opens a whole sealed extent.
   *
   * @param sealed the sealed extent
   * @return the plaintext
   * @throws AuthenticationFailedException if it is not exactly what was sealed under this key
   * @throws IllegalStateException if the key was closed
   */
  public byte[] openExtent(byte[] sealed) {
    byte[] plain;
    try {
      plain = new byte[Math.toIntExact(plainLength(sealed.length))];
    } catch (MalformedRecordException e) {
      throw new AuthenticationFailedException(e.getMessage() + " (" + key.context() + ")", e);
    }
    openExtent(sealed, 0, sealed.length, plain, 0);
    return plain;
  }

  private static @Nullable String problem(long blockNumber, boolean last, int len) {
    if (blockNumber < 0 || blockNumber >= 1L << 32) {
      return "block number (" + blockNumber + ") must be in 0..2^32-1";
    }
    int least = last ? (blockNumber == 0 ? 0 : 1) : BLOCK_SIZE;
    if (len < least || len > BLOCK_SIZE) {
      return "block " + blockNumber + (last ? " (last)" : "") + " cannot hold " + len + " bytes";
    }
    return null;
  }

  private void init(int mode, long blockNumber, boolean last, int len)
      throws GeneralSecurityException {
    nonceView.putLong(4, blockNumber);
    aadView.putLong(BLOCK_NUMBER_AT, blockNumber);
    aad[BLOCK_NUMBER_AT + Long.BYTES] = (byte) (last ? 1 : 0);
    aadView.putInt(BLOCK_NUMBER_AT + Long.BYTES + 1, len);
    cipher.init(mode, key.aes(), new GCMParameterSpec(8 * TAG_SIZE, nonce));
    cipher.updateAAD(aad);
  }
}
