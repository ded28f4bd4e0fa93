package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.VaultPath;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Follows paths. A path addresses the tree literally: a symbolic link is never followed, so that
 * one in the middle of a path is not a directory.
 */
final class Lookup {
  /** The root's inode number. */
  static final long ROOT = 1;

  private final IndexReader index;
  private final RecordSeals seals;
  private final LongFunction<Kind> kinds;

  /**
   * Makes a lookup.
   *
   * @param kinds tells what an inode is
   */
  Lookup(IndexReader index, RecordSeals seals, LongFunction<Kind> kinds) {
    this.index = index;
    this.seals = seals;
    this.kinds = kinds;
  }

  /** Returns the entry of a directory. */
  Optional<Rows.Entry> child(long directory, Name name) {
    return index.entry(directory, seals.nameHash(directory, name));
  }

  /**
   * Returns the inode number of what is at a path.
   *
   * @throws NoSuchPathException if nothing is there
   * @throws NotDirectoryException if something on the way is not a directory
   */
  long require(VaultPath path) {
    long ino = ROOT;
    for (int i = 0; i < path.names().size(); i++) {
      Optional<Rows.Entry> entry = child(ino, path.names().get(i));
      if (entry.isEmpty()) {
        // Only directories have entries, so that an inode need not be opened on the way down.
        if (kinds.apply(ino) != Kind.DIRECTORY) {
          throw new NotDirectoryException(
              new VaultPath(path.names().subList(0, i)) + " is not a directory");
        }
        throw new NoSuchPathException("nothing is at " + path);
      }
      ino = entry.get().ino();
    }
    return ino;
  }

  /** As {@link #require}, for a directory. */
  long requireDirectory(VaultPath path) {
    long ino = require(path);
    if (kinds.apply(ino) != Kind.DIRECTORY) {
      throw new NotDirectoryException(path + " is not a directory");
    }
    return ino;
  }

  /** Returns the inode number of what is at a path, if anything is. */
  Optional<Long> find(VaultPath path) {
    long ino = ROOT;
    for (Name name : path.names()) {
      Optional<Rows.Entry> entry = child(ino, name);
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      ino = entry.get().ino();
    }
    return Optional.of(ino);
  }
}
