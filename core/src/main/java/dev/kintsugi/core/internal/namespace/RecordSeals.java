package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.format.v1.NameRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.Secret;
import java.util.function.Function;

/**
 * Seals and opens the rows of the namespace: inode and content records (object = inode number), and
 * names (object = the directory's). Thread-safe; the keys stay the caller's.
 *
 * <p>What does not open is a damaged or forged index, and is reported as {@link
 * IntegrityException}.
 */
public final class RecordSeals {
  private final byte[] vault;
  private final GroupKeys keys;
  private final LeafKeys leaves;

  /**
   * Makes the seals of a vault.
   *
   * @param vault the vault's id, 16 bytes
   */
  public RecordSeals(byte[] vault, GroupKeys keys, LeafKeys leaves) {
    this.vault = vault.clone();
    this.keys = keys;
    this.leaves = leaves;
  }

  /** Returns what an entry is found by. */
  public byte[] nameHash(long parent, Name name) {
    return keys.nameHash(parent, name.toBytes());
  }

  /** Seals a name under a leaf that seals nothing else. */
  public byte[] sealName(long parent, long leaf, Name name) {
    return withKey(parent, leaf, key -> NameRecord.seal(key, name));
  }

  /** Opens the name of an entry. */
  public Name openName(long parent, long leaf, byte[] sealed) {
    return open("a name in directory " + parent, parent, leaf, key -> NameRecord.open(key, sealed));
  }

  /** Seals an inode under a leaf that seals nothing else. */
  public byte[] sealInode(InodeRecord inode, long leaf) {
    return withKey(inode.ino(), leaf, key -> new ExtentSealer(key).sealExtent(inode.encode()));
  }

  /** Opens an inode. */
  public InodeRecord openInode(Rows.Inode row) {
    InodeRecord inode =
        open(
            "inode " + row.ino(),
            row.ino(),
            row.leaf(),
            key -> InodeRecord.decode(new ExtentSealer(key).openExtent(row.sealed())));
    if (inode.ino() != row.ino()) {
      throw new IntegrityException("inode " + row.ino() + " says that it is " + inode.ino());
    }
    return inode;
  }

  /** Seals a file's content map under a leaf that seals nothing else. */
  public byte[] sealContent(long ino, ContentRecord content, long leaf) {
    return withKey(ino, leaf, key -> new ExtentSealer(key).sealExtent(content.encode()));
  }

  /** Opens a file's content map. */
  public ContentRecord openContent(Rows.Content row) {
    return open(
        "the content map of inode " + row.ino(),
        row.ino(),
        row.leaf(),
        key -> ContentRecord.decode(new ExtentSealer(key).openExtent(row.sealed())));
  }

  private <T> T open(String what, long object, long leaf, Function<ExtentKey, T> function) {
    try {
      return withKey(object, leaf, function);
    } catch (CryptoException e) {
      throw new IntegrityException(
          what + " does not open, so the index is damaged; recover the vault from its archives", e);
    }
  }

  private <T> T withKey(long object, long leaf, Function<ExtentKey, T> function) {
    try (Secret leafKey = leaves.key(leaf);
        ExtentKey key = keys.extentKey(vault, object, leaf, leafKey)) {
      return function.apply(key);
    }
  }
}
