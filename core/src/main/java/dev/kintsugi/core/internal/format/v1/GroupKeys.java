package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.crypto.ExtentContext;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.Hkdf;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Everything that follows from one version of a group: its shard keys, the second factor of its
 * extent keys, and the keys of its names and commits.
 *
 * <p>From the root secret R: group secret S = HKDF(R, {@code kintsugi group secret v1} ‖ group ‖
 * version), group key G = HKDF(R, {@code kintsugi group key v1} ‖ group ‖ version). From S:
 * name-hash key ({@code kintsugi name hash v1}), commit key ({@code kintsugi commit v1}), and those
 * of {@link ShardKeys}. Thread-safe; closing wipes the keys.
 */
public final class GroupKeys implements AutoCloseable {
  /** Length of a keyed hash of a name, in bytes. */
  public static final int NAME_HASH_LENGTH = 16;

  private static final byte[] COMMIT_LABEL =
      "kintsugi commit header v1".getBytes(StandardCharsets.US_ASCII);

  private final ShardKeys shards;
  private final Secret groupKey;
  private final Secret nameHash;
  private final Secret commit;

  private GroupKeys(ShardKeys shards, Secret groupKey, Secret nameHash, Secret commit) {
    this.shards = shards;
    this.groupKey = groupKey;
    this.nameHash = nameHash;
    this.commit = commit;
  }

  /**
   * Derives the keys of a group.
   *
   * @param root the vault's root secret; used only during this call
   * @param group the group's number
   * @param version the version of its secret, from 1
   * @return keys owned by the caller
   */
  public static GroupKeys derive(Secret root, long group, int version) {
    try (Secret secret = RootKeys.derive(root, "kintsugi group secret v1", group, version)) {
      return new GroupKeys(
          new ShardKeys(secret, group, version),
          RootKeys.derive(root, "kintsugi group key v1", group, version),
          RootKeys.derive(secret, "kintsugi name hash v1"),
          RootKeys.derive(secret, "kintsugi commit v1"));
    }
  }

  /** Returns the keys of the group's shard records; closed with this object. */
  public ShardKeys shards() {
    return shards;
  }

  /** Returns the group's number. */
  public long group() {
    return shards.group();
  }

  /** Returns the version of the group's secret. */
  public int version() {
    return shards.version();
  }

  /**
   * Returns the key of an extent, a record or a name.
   *
   * @param vault the vault's id, 16 bytes
   * @param object the inode number that the extent belongs to
   * @param leaf the leaf's id
   * @param leafKey the leaf's key; stays the caller's
   * @return a key owned by the caller
   */
  public ExtentKey extentKey(byte[] vault, long object, long leaf, Secret leafKey) {
    return ExtentKey.derive(leafKey, groupKey, new ExtentContext(vault, group(), object, leaf));
  }

  /**
   * Returns the key of a manifest stripe's commit header: the first factor is HKDF(commit key,
   * {@code kintsugi commit header v1} ‖ stripe id) in place of a leaf key; object and leaf are 0.
   *
   * @param vault the vault's id, 16 bytes
   * @return a key owned by the caller
   */
  public ExtentKey commitHeaderKey(byte[] vault, StripeId stripe) {
    byte[] info =
        ByteBuffer.allocate(COMMIT_LABEL.length + StripeId.BYTES)
            .put(COMMIT_LABEL)
            .put(stripe.toBytes())
            .array();
    try (Secret first = Hkdf.derive(commit, new byte[0], info, RootKeys.KEY_LENGTH)) {
      return ExtentKey.derive(first, groupKey, new ExtentContext(vault, group(), 0, 0));
    }
  }

  /**
   * Returns what a directory entry is found by: the first {@value #NAME_HASH_LENGTH} bytes of
   * HMAC-SHA256(name-hash key, parent inode number ‖ name).
   */
  public byte[] nameHash(long parent, byte[] name) {
    return Prf.of(nameHash, NAME_HASH_LENGTH, ByteBuffer.allocate(8).putLong(parent).array(), name);
  }

  @Override
  public void close() {
    shards.close();
    groupKey.close();
    nameHash.close();
    commit.close();
  }
}
