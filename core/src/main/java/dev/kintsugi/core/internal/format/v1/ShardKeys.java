package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.crypto.PayloadMac;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * The keys of one group version that shard records are made and checked with.
 *
 * <p>All are HKDF-SHA256 of the group secret S with the labels {@code kintsugi shard header v1},
 * {@code kintsugi shard hint v1}, {@code kintsugi shard nonce v1}, {@code kintsugi linkage v1},
 * {@code kintsugi payload mac v1} and {@code kintsugi payload mask v1} as info. Everything they
 * make is a function of the shard's random name and content, so that a shard which is made again
 * has the same bytes. Thread-safe; closing wipes the keys.
 */
public final class ShardKeys implements AutoCloseable {
  static final int HINT_LENGTH = 4;
  static final int NONCE_LENGTH = 12;
  static final int LINKAGE_LENGTH = Prf.BLOCK;

  private final long group;
  private final int version;
  private final Secret header;
  private final Secret hint;
  private final Secret nonce;
  private final Secret linkage;
  private final Secret payloadMac;
  private final Secret payloadMask;

  /**
   * Derives the keys.
   *
   * @param groupSecret S of the group and version; used only during this call
   */
  ShardKeys(Secret groupSecret, long group, int version) {
    this.group = group;
    this.version = version;
    this.header = RootKeys.derive(groupSecret, "kintsugi shard header v1");
    this.hint = RootKeys.derive(groupSecret, "kintsugi shard hint v1");
    this.nonce = RootKeys.derive(groupSecret, "kintsugi shard nonce v1");
    this.linkage = RootKeys.derive(groupSecret, "kintsugi linkage v1");
    this.payloadMac = RootKeys.derive(groupSecret, "kintsugi payload mac v1");
    this.payloadMask = RootKeys.derive(groupSecret, "kintsugi payload mask v1");
  }

  /** Returns the group's number. */
  public long group() {
    return group;
  }

  /** Returns the version of the group's secret. */
  public int version() {
    return version;
  }

  Secret header() {
    return header;
  }

  /** Returns the four bytes that tell a key holder at once whether a record may be this group's. */
  byte[] hint(ShardName name) {
    return Prf.of(hint, HINT_LENGTH, name.toBytes());
  }

  /** Returns the nonce of a header: a function of name and content, so no nonce meets two texts. */
  byte[] nonce(ShardName name, byte[] plainHeader) {
    return Prf.of(nonce, NONCE_LENGTH, name.toBytes(), plainHeader);
  }

  /** Returns a shard's linkage tag: its name through a keyed permutation. */
  byte[] linkage(ShardName name) {
    return Prf.permute(linkage, name.toBytes());
  }

  /** Returns the name that a linkage tag was made from. */
  ShardName unlink(byte[] tag) {
    return ShardName.of(Prf.invert(linkage, tag));
  }

  byte[] mac(ShardHeader header, byte[] payload, int offset, int length) {
    return PayloadMac.compute(payloadMac, context(header), payload, offset, length);
  }

  boolean authentic(byte[] mac, ShardHeader header, byte[] payload, int offset, int length) {
    return MessageDigest.isEqual(mac(header, payload, offset, length), mac);
  }

  /**
   * Masks part of a payload, or unmasks it: both are an exclusive-or with the key stream of the
   * shard's name. Masked copies of one payload have nothing in common.
   *
   * @param name the shard's name
   * @param position of the part in the payload, in bytes from 0
   * @param bytes holds the part, which is changed in place
   * @param offset where it starts
   * @param length how long it is
   */
  public void mask(ShardName name, int position, byte[] bytes, int offset, int length) {
    try (Secret key = Secret.takeOver(Prf.of(payloadMask, KeyStream.KEY, name.toBytes()))) {
      KeyStream.xor(key, position, bytes, offset, length);
    }
  }

  private static byte[] context(ShardHeader header) {
    return ByteBuffer.allocate(17)
        .put(header.stripe().toBytes())
        .put((byte) header.index())
        .array();
  }

  @Override
  public void close() {
    header.close();
    hint.close();
    nonce.close();
    linkage.close();
    payloadMac.close();
    payloadMask.close();
  }
}
