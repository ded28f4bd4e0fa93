package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;

/**
 * Where opened blocks go. Different blocks may be opened by different threads at once; one block
 * never is.
 */
abstract class BlockTarget {
  private final ExtentKey key;
  private final int blocks;

  private BlockTarget(ExtentKey key, int plainLength) {
    this.key = key;
    this.blocks = Math.toIntExact(ExtentSealer.blocks(plainLength));
  }

  /** Returns a sealer for the thread that asks. */
  final ExtentSealer sealer() {
    return new ExtentSealer(key);
  }

  /** Opens a block to where it belongs; returns false if it is not authentic. */
  final boolean open(ExtentSealer sealer, int block, byte[] in, int offset, int length) {
    try {
      open(sealer, block, block == blocks - 1, in, offset, length);
      return true;
    } catch (AuthenticationFailedException e) {
      return false;
    }
  }

  abstract void open(
      ExtentSealer sealer, int block, boolean last, byte[] in, int offset, int length);

  /**
   * Collects a range of the plaintext.
   *
   * @param from first byte of the extent that is wanted
   * @param out receives the bytes
   * @param outOffset where
   * @param length how many
   */
  static BlockTarget plain(
      ExtentKey key, int plainLength, int from, byte[] out, int outOffset, int length) {
    return new BlockTarget(key, plainLength) {
      @Override
      void open(ExtentSealer sealer, int block, boolean last, byte[] in, int offset, int sealed) {
        int start = block * ExtentSealer.BLOCK_SIZE;
        int n = sealed - ExtentSealer.TAG_SIZE;
        int low = Math.max(start, from);
        int high = Math.min(start + n, from + length);
        if (low == start && high == start + n) {
          sealer.openBlock(block, last, in, offset, sealed, out, outOffset + start - from);
        } else {
          byte[] whole = new byte[n];
          sealer.openBlock(block, last, in, offset, sealed, whole, 0);
          System.arraycopy(whole, low - start, out, outOffset + low - from, high - low);
        }
      }
    };
  }

  /**
   * Collects the sealed bytes of a whole extent, each block checked.
   *
   * @param out receives them
   */
  static BlockTarget sealed(ExtentKey key, int plainLength, byte[] out) {
    return new BlockTarget(key, plainLength) {
      @Override
      void open(ExtentSealer sealer, int block, boolean last, byte[] in, int offset, int sealed) {
        byte[] whole = new byte[sealed - ExtentSealer.TAG_SIZE];
        sealer.openBlock(block, last, in, offset, sealed, whole, 0);
        System.arraycopy(in, offset, out, block * ExtentSealer.SEALED_BLOCK_SIZE, sealed);
      }
    };
  }
}
