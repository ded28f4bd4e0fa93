package dev.kintsugi.cli.local;

import dev.kintsugi.core.store.NewAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lstat} tells of a local file.
 *
 * @param type what it is
 * @param mode the twelve permission bits
 * @param uid owner, 32 bits unsigned
 * @param gid owning group, 32 bits unsigned
 * @param size bytes
 * @param modified when the content changed last
 * @param device the file system it lies on
 * @param inode its number there
 */
public record LocalAttributes(
    Type type,
    int mode,
    long uid,
    long gid,
    long size,
    FileTime modified,
    long device,
    long inode) {

  /** What a local file is. */
  public enum Type {
    /** A regular file. */
    FILE("file"),
    /** A directory. */
    DIRECTORY("directory"),
    /** A symbolic link. */
    SYMLINK("symbolic link"),
    /** A socket, which cannot be stored. */
    SOCKET("socket"),
    /** A named pipe, which cannot be stored. */
    FIFO("named pipe"),
    /** A block or character device, which cannot be stored. */
    DEVICE("device"),
    /** Something else, which cannot be stored. */
    UNKNOWN("special file");

    private final String noun;

    Type(String noun) {
      this.noun = noun;
    }

    /** Returns the word for it. */
    public String noun() {
      return noun;
    }
  }

  private static final int TYPE_MASK = 0170000;

  /**
   * Reads the attributes of a path; a symbolic link is not followed.
   *
   * @throws IOException if nothing is there or it cannot be asked
   */
  public static LocalAttributes read(Path path) throws IOException {
    Map<String, @Nullable Object> map =
        Files.readAttributes(
            path, "unix:mode,uid,gid,size,lastModifiedTime,dev,ino", LinkOption.NOFOLLOW_LINKS);
    int mode = (int) number(map, "mode");
    Type type =
        switch (mode & TYPE_MASK) {
          case 0100000 -> Type.FILE;
          case 0040000 -> Type.DIRECTORY;
          case 0120000 -> Type.SYMLINK;
          case 0140000 -> Type.SOCKET;
          case 0010000 -> Type.FIFO;
          case 0060000, 0020000 -> Type.DEVICE;
          default -> Type.UNKNOWN;
        };
    return new LocalAttributes(
        type,
        mode & 07777,
        number(map, "uid") & 0xffffffffL,
        number(map, "gid") & 0xffffffffL,
        number(map, "size"),
        (FileTime) java.util.Objects.requireNonNull(map.get("lastModifiedTime")),
        number(map, "dev"),
        number(map, "ino"));
  }

  private static long number(Map<String, @Nullable Object> map, String key) {
    if (map.get(key) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException("the file system does not tell '" + key + "'");
  }

  /** Returns the attributes to store. */
  public NewAttributes toStore() {
    return new NewAttributes(mode, uid, gid, Optional.of(modified));
  }

  /** Returns whether two paths name the same file. */
  public boolean sameFile(LocalAttributes other) {
    return device == other.device && inode == other.inode;
  }
}
