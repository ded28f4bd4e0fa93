package dev.kintsugi.cli.local;

import dev.kintsugi.core.store.Attributes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * Writes files, directories and links into the local file system with their attributes. A file or
 * link appears under its name whole or not at all; what was there is replaced, never followed. A
 * directory on the way must be one, not a link to one. Safe for use by many threads on different
 * paths.
 */
public final class Restorer {
  private final boolean setOwner;

  /**
   * Makes a restorer.
   *
   * @param setOwner whether to give files their stored owner and group, which takes root
   */
  public Restorer(boolean setOwner) {
    this.setOwner = setOwner;
  }

  /** A destination that must not be used: following it could lead elsewhere. */
  public static final class UnsafeDestinationException extends IOException {
    private static final long serialVersionUID = 1L;

    UnsafeDestinationException(String message) {
      super(message);
    }
  }

  /** Writes bytes to a file; see {@link #file}. */
  @FunctionalInterface
  public interface Content {
    /** Writes all bytes. */
    void writeTo(OutputStream out) throws IOException;

    /** Returns the bytes of a stream, which is left open. */
    static Content of(InputStream in) {
      return out -> in.transferTo(out);
    }
  }

  /**
   * Makes a directory that its owner may use, or checks that one is there and removes what killed
   * processes have left in it, see {@link #removeLeftovers}. Its attributes are set by {@link
   * #attributes} when all below is written.
   *
   * @throws UnsafeDestinationException if a link or a file is there
   */
  public void directory(Path path) throws IOException {
    try {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      LocalAttributes there = LocalAttributes.read(path);
      if (there.type() != LocalAttributes.Type.DIRECTORY) {
        throw new UnsafeDestinationException(
            "a " + there.type().noun() + " is in the way of a directory; remove it first");
      }
      removeLeftovers(path);
    }
  }

  /**
   * Removes unfinished files that processes which were killed have left in a directory; those of
   * processes at work stay.
   */
  public void removeLeftovers(Path directory) {
    PartFiles.removeLeftovers(directory);
  }

  /** Writes a file with its attributes. */
  public void file(Path path, Content content, Attributes attributes) throws IOException {
    refuseDirectory(path);
    try (PartFiles.Part part = PartFiles.create(path)) {
      content.writeTo(Channels.newOutputStream(part.channel()));
      attributes(part.path(), attributes);
      Files.move(part.path(), path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Makes a symbolic link with its time and, if asked for, owner. */
  public void symlink(Path path, byte[] target, Attributes attributes) throws IOException {
    refuseDirectory(path);
    Path temporary = PartFiles.beside(path);
    try {
      Path text = LocalPaths.of(target);
      if (Arrays.equals(LocalPaths.bytes(text), target)) {
        Files.createSymbolicLink(temporary, text);
      } else {
        NativeCalls.symlink(target, temporary);
      }
      owner(temporary, attributes);
      modified(temporary, attributes.modified(), true);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Gives a file or directory that we made its owner, times and mode, in this order. */
  public void attributes(Path path, Attributes attributes) throws IOException {
    owner(path, attributes);
    modified(path, attributes.modified(), false);
    Files.setAttribute(path, "unix:mode", permitted(path, attributes), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Returns the mode to give: the stored one, but without the set-user-id and set-group-id bits if
   * the file has another owner or group than the stored one, as {@code cp -p} does.
   */
  private int permitted(Path path, Attributes attributes) throws IOException {
    int mode = attributes.mode();
    if ((mode & 06000) != 0 && !setOwner) {
      LocalAttributes there = LocalAttributes.read(path);
      mode =
          modeWithoutOwner(mode, attributes.uid() == there.uid(), attributes.gid() == there.gid());
    }
    return mode;
  }

  /** Returns whether times of links are restored to the nanosecond, not only the microsecond. */
  public static boolean exactLinkTimes() {
    return NativeCalls.available();
  }

  /** Returns a mode as it is restored for a file whose owner or group differ from the stored. */
  public static int modeWithoutOwner(int mode, boolean sameOwner, boolean sameGroup) {
    return sameOwner && sameGroup ? mode : mode & ~06000;
  }

  private void owner(Path path, Attributes attributes) throws IOException {
    if (setOwner) {
      Files.setAttribute(path, "unix:uid", (int) attributes.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", (int) attributes.gid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static void modified(Path path, FileTime time, boolean link) throws IOException {
    if ((link || time.toMillis() < 0) && NativeCalls.available()) {
      NativeCalls.setModified(path, time);
    } else {
      Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(time, null, null);
    }
  }

  private static void refuseDirectory(Path path) throws UnsafeDestinationException {
    if (LocalTree.isRealDirectory(path)) {
      throw new UnsafeDestinationException("a directory is in the way; remove it first");
    }
  }

  /**
   * Removes a directory and everything below, giving its owner the right first where it is missing.
   * Links are removed, not followed.
   */
  public static void removeTree(Path directory) throws IOException {
    LocalAttributes attributes;
    try {
      attributes = LocalAttributes.read(directory);
    } catch (java.nio.file.NoSuchFileException e) {
      return;
    }
    if (attributes.type() == LocalAttributes.Type.DIRECTORY) {
      if ((attributes.mode() & 0700) != 0700) {
        Files.setAttribute(
            directory, "unix:mode", attributes.mode() | 0700, LinkOption.NOFOLLOW_LINKS);
      }
      try (var entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          removeTree(entry);
        }
      }
    }
    Files.deleteIfExists(directory);
  }
}
