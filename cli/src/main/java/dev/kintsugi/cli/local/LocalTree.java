package dev.kintsugi.cli.local;

import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Walks a local tree, directories before what they hold, entries in the order of their names'
 * bytes. Symbolic links are told of and never followed.
 */
public final class LocalTree {
  /** Told of what is found, with the path it has in the vault. */
  public interface Visitor {
    /**
     * A directory.
     *
     * @return whether to go into it
     */
    boolean directory(Path local, VaultPath target, LocalAttributes attributes);

    /** A regular file. */
    void file(Path local, VaultPath target, LocalAttributes attributes);

    /** A symbolic link, with the exact bytes of its target. */
    void symlink(Path local, VaultPath target, byte[] linkTarget, LocalAttributes attributes);

    /** Something that cannot be stored, and why. */
    void refused(Path local, String reason);

    /** A directory that is to be left out. */
    default void excluded(Path local) {}
  }

  private final Visitor visitor;
  private final List<LocalAttributes> excluded;
  private final BooleanSupplier stop;

  /**
   * Makes a walk.
   *
   * @param visitor is told
   * @param excluded directories to leave out, with all below
   * @param stop asked between entries; once true, the walk ends early
   */
  public LocalTree(Visitor visitor, List<LocalAttributes> excluded, BooleanSupplier stop) {
    this.visitor = visitor;
    this.excluded = List.copyOf(excluded);
    this.stop = stop;
  }

  /**
   * Walks.
   *
   * @param start where
   * @param target the path of {@code start} in the vault
   */
  public void walk(Path start, VaultPath target) {
    LocalAttributes attributes;
    try {
      attributes = LocalAttributes.read(start);
    } catch (IOException e) {
      visitor.refused(start, reason(e));
      return;
    }
    switch (attributes.type()) {
      case DIRECTORY -> directory(start, target, attributes);
      case FILE -> visitor.file(start, target, attributes);
      case SYMLINK -> symlink(start, target, attributes);
      default ->
          visitor.refused(start, "a " + attributes.type().noun() + " cannot be stored; left out");
    }
  }

  private void symlink(Path path, VaultPath target, LocalAttributes attributes) {
    byte[] linkTarget;
    try {
      linkTarget = LocalPaths.bytes(Files.readSymbolicLink(path));
    } catch (IOException e) {
      visitor.refused(path, reason(e));
      return;
    }
    visitor.symlink(path, target, linkTarget, attributes);
  }

  private void directory(Path path, VaultPath target, LocalAttributes attributes) {
    if (excluded.stream().anyMatch(attributes::sameFile)) {
      visitor.excluded(path);
      return;
    }
    if (!visitor.directory(path, target, attributes)) {
      return;
    }
    for (Name name : entries(path)) {
      if (stop.getAsBoolean()) {
        return;
      }
      walk(LocalPaths.child(path, name.toBytes()), target.resolve(name));
    }
  }

  private List<Name> entries(Path directory) {
    List<Name> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path entry : stream) {
        try {
          names.add(Name.of(LocalPaths.name(entry)));
        } catch (InvalidPathException e) {
          visitor.refused(entry, e.getMessage() + "; left out");
        }
      }
    } catch (DirectoryIteratorException e) {
      IOException cause = e.getCause();
      visitor.refused(directory, cause == null ? e.toString() : reason(cause));
    } catch (IOException e) {
      visitor.refused(directory, reason(e));
    }
    names.sort(null);
    return names;
  }

  /** Returns why the file system refused, in few words. */
  public static String reason(IOException e) {
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof FileSystemException detailed) {
      String text = detailed.getReason();
      return text != null ? text : detailed.getClass().getSimpleName();
    }
    String text = e.getMessage();
    return text != null ? text : e.getClass().getSimpleName();
  }

  /** Returns whether a path is a directory itself, not a link to one. */
  public static boolean isRealDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
