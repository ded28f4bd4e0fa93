package dev.kintsugi.core.store;

/** What an inode is. */
public enum Kind {
  /** A regular file: an object's bytes. */
  FILE,
  /** A directory. */
  DIRECTORY,
  /** A symbolic link. */
  SYMLINK
}
