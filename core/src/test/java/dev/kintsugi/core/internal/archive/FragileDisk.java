package dev.kintsugi.core.internal.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A disk that loses power at a chosen step, with a cache that was not written back: bytes of files
 * that were not synced are lost in part, and so are the last changes of directories that were not.
 */
final class FragileDisk implements FileSteps {
  /** Power was lost. */
  static final class PowerLoss extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private interface Undo {
    void run() throws IOException;
  }

  private final Path root;
  private final Random random;
  private final boolean syncsFiles;
  private final boolean syncsDirectories;
  private final Map<Path, Deque<Undo>> pending = new HashMap<>();
  private final Set<Object> unsynced = new HashSet<>();
  private final Map<FileChannel, Object> keys = new HashMap<>();
  private int stepsLeft = Integer.MAX_VALUE;
  private int backups;

  /**
   * Makes a disk.
   *
   * @param syncsFiles false for a disk, or a program, that does not really sync files
   * @param syncsDirectories the same of directories
   */
  FragileDisk(Path root, long seed, boolean syncsFiles, boolean syncsDirectories) {
    this.root = root;
    this.random = new Random(seed);
    this.syncsFiles = syncsFiles;
    this.syncsDirectories = syncsDirectories;
  }

  /** Loses power before the nth step from now. */
  void losePowerAt(int nth) {
    stepsLeft = nth;
  }

  private boolean losesPower() {
    return --stepsLeft <= 0;
  }

  private void step() throws PowerLoss {
    if (losesPower()) {
      throw new PowerLoss();
    }
  }

  private void changed(Path entry, Undo undo) {
    pending.computeIfAbsent(entry.getParent(), key -> new ArrayDeque<>()).addLast(undo);
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  @Override
  public FileChannel create(Path file) throws IOException {
    step();
    FileChannel channel = FileSteps.super.create(file);
    unsynced.add(key(file));
    keys.put(channel, key(file));
    changed(file, () -> Files.deleteIfExists(file));
    return channel;
  }

  @Override
  public void write(FileChannel channel, ByteBuffer content) throws IOException {
    if (losesPower()) {
      content.limit(content.position() + content.remaining() / 2);
      FileSteps.super.write(channel, content);
      throw new PowerLoss();
    }
    FileSteps.super.write(channel, content);
  }

  @Override
  public void sync(FileChannel channel) throws IOException {
    step();
    if (syncsFiles) {
      unsynced.remove(keys.get(channel));
    }
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    step();
    FileSteps.super.link(existing, name);
    changed(name, () -> Files.deleteIfExists(name));
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    step();
    Path old = backup(to);
    FileSteps.super.replace(from, to);
    changed(to, () -> restore(old, to));
  }

  @Override
  public boolean delete(Path file) throws IOException {
    step();
    Path old = backup(file);
    boolean found = FileSteps.super.delete(file);
    if (found) {
      changed(file, () -> restore(old, file));
    }
    return found;
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    step();
    FileSteps.super.createDirectory(directory);
    changed(
        directory,
        () -> {
          try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
              Files.delete(file);
            }
          }
          Files.delete(directory);
        });
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
    if (syncsDirectories) {
      pending.remove(directory.normalize());
    }
  }

  /** Keeps another name of a file outside of the archive, if it is there. */
  private Path backup(Path file) throws IOException {
    Path kept = root.resolveSibling(root.getFileName() + "-kept-" + backups++);
    if (Files.exists(file)) {
      Files.createLink(kept, file);
    }
    return kept;
  }

  private static void restore(Path kept, Path file) throws IOException {
    Files.deleteIfExists(file);
    if (Files.exists(kept)) {
      Files.createLink(file, kept);
    }
  }

  /** Leaves on the disk what might be left of it. */
  void forgetWhatWasNotSynced() throws IOException {
    for (Deque<Undo> changes : pending.values()) {
      for (int lost = random.nextInt(changes.size() + 1); lost > 0; lost--) {
        changes.removeLast().run();
      }
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path file : files) {
      if (unsynced.contains(key(file))) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(random.nextLong(channel.size() + 1));
        }
      }
    }
  }
}
