package dev.kintsugi.fs.internal;

import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.VaultPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files and directories that programs have open, by the number that the kernel keeps. */
final class Handles {
  /**
   * An open file.
   *
   * @param path by which it was opened
   * @param reader one version of its bytes
   * @param attributes as they were then
   */
  record OpenFile(VaultPath path, ObjectReader reader, Attributes attributes) {
    /** Returns whether both files are the same version, so that they may share cached pages. */
    boolean sameVersion(OpenFile other) {
      return attributes.equals(other.attributes);
    }
  }

  /** An open directory. Its entries are read anew each time it is read from the start. */
  static final class OpenDirectory {
    private final VaultPath path;
    private @Nullable List<DirectoryEntry> entries;

    OpenDirectory(VaultPath path) {
      this.path = path;
    }

    VaultPath path() {
      return path;
    }

    /** Returns the entries, if they were read. */
    synchronized @Nullable List<DirectoryEntry> entries() {
      return entries;
    }

    synchronized void entries(List<DirectoryEntry> read) {
      entries = read;
    }
  }

  /**
   * A handle that was given out.
   *
   * @param number by which the kernel names it
   * @param mixed whether another version of the file is open by the same path, so that the kernel
   *     must not serve the new handle from pages it cached for the other
   */
  record Opened(long number, boolean mixed) {}

  private final Map<Long, OpenFile> files = new HashMap<>();
  private final Map<Long, OpenDirectory> directories = new HashMap<>();
  private final Map<VaultPath, Map<Long, OpenFile>> byPath = new HashMap<>();
  private long last;

  /** Gives out a handle for a file. */
  synchronized Opened open(OpenFile file) {
    Map<Long, OpenFile> others = byPath.computeIfAbsent(file.path(), path -> new HashMap<>());
    boolean mixed = others.values().stream().anyMatch(other -> !other.sameVersion(file));
    others.put(++last, file);
    files.put(last, file);
    return new Opened(last, mixed);
  }

  /** Gives out a handle for a directory. */
  synchronized long open(OpenDirectory directory) {
    directories.put(++last, directory);
    return last;
  }

  /** Returns an open file, or null for a number that was not given out. */
  synchronized @Nullable OpenFile file(long number) {
    return files.get(number);
  }

  /** Returns an open directory, or null for a number that was not given out. */
  synchronized @Nullable OpenDirectory directory(long number) {
    return directories.get(number);
  }

  /** Takes back a handle of a file and returns the file, for the caller to close its reader. */
  synchronized @Nullable OpenFile release(long number) {
    OpenFile file = files.remove(number);
    if (file != null) {
      byPath.computeIfPresent(
          file.path(),
          (path, same) -> {
            same.remove(number);
            return same.isEmpty() ? null : same;
          });
    }
    return file;
  }

  /** Takes back a handle of a directory. */
  synchronized void releaseDirectory(long number) {
    directories.remove(number);
  }

  /** Takes back every handle and returns the files, for the caller to close their readers. */
  synchronized List<OpenFile> releaseAll() {
    List<OpenFile> all = List.copyOf(files.values());
    files.clear();
    directories.clear();
    byPath.clear();
    return all;
  }
}
