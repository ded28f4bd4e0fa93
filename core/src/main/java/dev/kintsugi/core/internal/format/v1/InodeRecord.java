package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.store.Kind;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One version of an inode: its attributes and the names it is known by.
 *
 * @param ino inode number, from 1
 * @param kind what it is
 * @param mode the twelve permission bits
 * @param uid owner, 32 bits
 * @param gid owning group, 32 bits
 * @param size bytes of a file or of a link's target, 0 for a directory
 * @param modified when the content changed last
 * @param changed when the inode changed last
 * @param target the target of a symbolic link, 1 to {@value #MAX_TARGET} bytes; otherwise empty
 * @param contentVersion version of the content record that holds a file's map, 0 for none
 * @param links the directory entries that name it
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below
public record InodeRecord(
    long ino,
    Kind kind,
    int mode,
    long uid,
    long gid,
    long size,
    Instant modified,
    Instant changed,
    byte[] target,
    long contentVersion,
    List<Link> links) {
  /** Longest target of a symbolic link, in bytes. */
  public static final int MAX_TARGET = 4095;

  /** Most links of one inode. */
  public static final int MAX_LINKS = 20_000;

  private static final String STRUCTURE = "inode record";
  private static final int MAGIC = 0x4b47696e; // "KGin"
  private static final int VERSION = 1;
  private static final int FIXED_LENGTH = 71;
  private static final int LINK_LENGTH = 18;

  /** Validates the ranges and copies the list. */
  public InodeRecord {
    links = List.copyOf(links);
    if (ino < 1 || size < 0 || contentVersion < 0) {
      throw new IllegalArgumentException(
          "ino (%d), size (%d) or contentVersion (%d) is out of range"
              .formatted(ino, size, contentVersion));
    }
    if ((mode & ~07777) != 0 || uid >>> 32 != 0 || gid >>> 32 != 0) {
      throw new IllegalArgumentException(
          "mode (%o) has 12 bits, uid (%d) and gid (%d) have 32".formatted(mode, uid, gid));
    }
    if (kind == Kind.SYMLINK
        ? target.length < 1 || target.length > MAX_TARGET
        : target.length != 0) {
      throw new IllegalArgumentException(
          "target (%d bytes) of a %s is out of range".formatted(target.length, kind));
    }
    if (links.size() > MAX_LINKS) {
      throw new IllegalArgumentException(
          "links (" + links.size() + ") must be at most " + MAX_LINKS);
    }
  }

  /**
   * A directory entry that names the inode.
   *
   * @param parent inode number of the directory
   * @param leaf the leaf that seals the name
   * @param sealedName see {@link NameRecord}
   */
  @SuppressWarnings("ArrayRecordComponent") // equality is defined below
  public record Link(long parent, long leaf, byte[] sealedName) {
    /** Validates the ranges. */
    public Link {
      if (parent < 1 || leaf < 0 || !NameRecord.isSealedLength(sealedName.length)) {
        throw new IllegalArgumentException(
            "parent (%d), leaf (%d) or sealed name (%d bytes) is out of range"
                .formatted(parent, leaf, sealedName.length));
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Link that
          && parent == that.parent
          && leaf == that.leaf
          && Arrays.equals(sealedName, that.sealedName);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(leaf) * 31 + Arrays.hashCode(sealedName);
    }
  }

  /** Returns the plaintext record. */
  public byte[] encode() {
    int length = FIXED_LENGTH + target.length;
    for (Link link : links) {
      length += LINK_LENGTH + link.sealedName.length;
    }
    ByteBuffer out =
        ByteBuffer.allocate(length)
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putLong(ino)
            .put((byte) code(kind))
            .putShort((short) mode)
            .putInt((int) uid)
            .putInt((int) gid)
            .putLong(size)
            .putLong(modified.getEpochSecond())
            .putInt(modified.getNano())
            .putLong(changed.getEpochSecond())
            .putInt(changed.getNano())
            .putLong(contentVersion)
            .putShort((short) target.length)
            .put(target)
            .putInt(links.size());
    for (Link link : links) {
      out.putLong(link.parent)
          .putLong(link.leaf)
          .putShort((short) link.sealedName.length)
          .put(link.sealedName);
    }
    return out.array();
  }

  /**
   * Parses a plaintext record.
   *
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is anything else but an inode record
   */
  public static InodeRecord decode(byte[] plain) {
    FieldReader in = new FieldReader(STRUCTURE, plain);
    in.start(MAGIC, VERSION);
    long ino = CommitHeader.positive(in, "inode number");
    int code = in.u8("kind");
    Kind kind =
        switch (code) {
          case 1 -> Kind.FILE;
          case 2 -> Kind.DIRECTORY;
          case 3 -> Kind.SYMLINK;
          default -> throw in.error("kind", "1 to 3", Integer.toString(code));
        };
    int mode = in.u16("mode");
    if ((mode & ~07777) != 0) {
      throw in.error("mode", "0 to 7777 (octal)", Integer.toOctalString(mode));
    }
    long uid = in.u32("uid");
    long gid = in.u32("gid");
    long size = in.u63("size");
    Instant modified = time(in, "modification time");
    Instant changed = time(in, "change time");
    long contentVersion = in.u63("content version");
    int targetLength = in.u16("target length");
    int least = kind == Kind.SYMLINK ? 1 : 0;
    int most = kind == Kind.SYMLINK ? MAX_TARGET : 0;
    if (targetLength < least || targetLength > most) {
      throw in.error("target length", least + " to " + most, Integer.toString(targetLength));
    }
    byte[] target = in.bytes("target", targetLength);
    int count = in.count("links", 0, MAX_LINKS);
    in.items("links", count, LINK_LENGTH);
    List<Link> links = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long parent = CommitHeader.positive(in, "parent");
      long leaf = in.u63("name leaf");
      int length = in.u16("sealed name length");
      if (!NameRecord.isSealedLength(length)) {
        throw in.error("sealed name length", "that of a sealed name", Integer.toString(length));
      }
      links.add(new Link(parent, leaf, in.bytes("sealed name", length)));
    }
    in.end();
    return new InodeRecord(
        ino, kind, mode, uid, gid, size, modified, changed, target, contentVersion, links);
  }

  private static int code(Kind kind) {
    return switch (kind) {
      case FILE -> 1;
      case DIRECTORY -> 2;
      case SYMLINK -> 3;
    };
  }

  private static Instant time(FieldReader in, String field) {
    long seconds = in.i64(field);
    int nanos = in.count(field + " nanoseconds", 0, 999_999_999);
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException e) {
      throw in.error(field, "a time that Java can express", seconds + " s");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InodeRecord that && Arrays.equals(encode(), that.encode());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(ino) * 31 + Arrays.hashCode(target);
  }
}
