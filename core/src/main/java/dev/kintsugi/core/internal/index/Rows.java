package dev.kintsugi.core.internal.index;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;

/** The rows of the index. Arrays belong to the row and are not changed; rows are not compared. */
@SuppressWarnings(
    "ArrayRecordComponent") // sealed bytes travel from statement to format without copies
public final class Rows {
  private Rows() {}

  /**
   * The newest version of an inode's attributes and links.
   *
   * @param ino inode number, 1 for the root
   * @param version the sequence number of the commit that wrote it
   * @param leaf the leaf that seals it
   * @param sealed the sealed record, as it lies in its manifest stripe
   */
  public record Inode(long ino, long version, long leaf, byte[] sealed) {}

  /** The newest version of a file's map from offsets to extents; components as in {@link Inode}. */
  public record Content(long ino, long version, long leaf, byte[] sealed) {}

  /**
   * A directory entry.
   *
   * @param parent inode number of the directory
   * @param nameHash keyed hash of directory and name, 16 bytes
   * @param ino inode number of what it names
   * @param leaf the leaf that seals the name
   * @param sealedName the sealed name
   */
  public record Entry(long parent, byte[] nameHash, long ino, long leaf, byte[] sealedName) {}

  /**
   * A stripe.
   *
   * @param id its id
   * @param role what it holds
   * @param scheme such as {@code rs:4+2}
   * @param shardLength payload bytes of each of its shards
   * @param sequence the commit that wrote it
   * @param head sealed bytes of a manifest stripe's commit header, 0 for a data stripe
   * @param retired whether nothing live is in it, so that its shards are to be deleted
   */
  public record Stripe(
      StripeId id,
      Role role,
      String scheme,
      int shardLength,
      long sequence,
      int head,
      boolean retired) {}

  /**
   * Where a shard is or should be.
   *
   * @param stripe its stripe
   * @param index its index in the stripe, from 0
   * @param archive the archive's number
   * @param name its name there
   * @param missing whether it is known to be missing or damaged and waits for repair
   */
  public record Shard(StripeId stripe, int index, int archive, ShardName name, boolean missing) {}

  /** What a manifest stripe records. */
  public enum RecordKind {
    /** A version of an inode. */
    INODE(1),
    /** A version of a file's content map. */
    CONTENT(2),
    /** The removal of an inode: older records of it are dead. */
    TOMBSTONE(3);

    private final int code;

    RecordKind(int code) {
      this.code = code;
    }

    /** Returns the number that formats and index store. */
    public int code() {
      return code;
    }
  }

  /**
   * A record in a manifest stripe.
   *
   * @param stripe the manifest stripe
   * @param kind what it records
   * @param ino of which inode
   * @param version the sequence number of the commit that wrote it
   */
  public record ManifestRecord(StripeId stripe, RecordKind kind, long ino, long version) {}
}
