package dev.kintsugi.cli.secret;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Files of one directory that hold parts of a secret and appear together: they are written with
 * mode 0600 in a directory of their own and made durable; then that directory is renamed, or, if
 * the target directory exists already, each file is moved into it. Nothing is ever replaced, not
 * even what another process makes at the same time, as far as the file system knows links. Closing
 * without {@link #publish} leaves nothing.
 */
public final class NewShares implements AutoCloseable {
  /** How the names of share files end. */
  public static final String SUFFIX = ".share";

  private final Path directory;
  private final List<String> names;
  private final boolean existed;
  private final Path staging;
  private final List<OutputStream> streams = new ArrayList<>();
  private final List<Path> moved = new ArrayList<>();
  private boolean published;

  /**
   * Starts the files.
   *
   * @param directory where they shall appear; it or the directory above exists
   * @param names their names, all different
   * @throws FileAlreadyExistsException if the directory holds one of them
   */
  public NewShares(Path directory, List<String> names) throws IOException {
    this.directory = directory;
    this.names = List.copyOf(names);
    this.existed = Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
    for (String name : names) {
      Path file = directory.resolve(name);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(file.toString());
      }
    }
    this.staging =
        (existed ? directory : PrivateFiles.parent(directory))
            .resolve(PrivateFiles.temporaryName());
    PrivateFiles.createDirectory(staging);
    try {
      for (String name : names) {
        streams.add(PrivateFiles.create(staging.resolve(name)));
      }
    } catch (IOException e) {
      try {
        close();
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  /** Returns the names {@code 1.share} to {@code n.share}. */
  public static List<String> shareNames(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(number -> number + SUFFIX).toList();
  }

  /** Returns where the content goes, by position. */
  public List<OutputStream> streams() {
    return List.copyOf(streams);
  }

  /** Makes the files durable under their names. */
  public void publish() throws IOException {
    for (OutputStream stream : streams) {
      stream.close();
    }
    PrivateFiles.syncDirectory(staging);
    if (existed) {
      for (String name : names) {
        move(staging.resolve(name), directory.resolve(name));
      }
      published = true;
      Files.delete(staging);
      PrivateFiles.syncDirectory(directory);
    } else {
      Files.move(staging, directory, StandardCopyOption.ATOMIC_MOVE);
      published = true;
      PrivateFiles.syncDirectory(PrivateFiles.parent(directory));
    }
  }

  /**
   * Moves a file. A link is made only if nothing has the name; a move looks first, then renames.
   */
  private void move(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException noLinks) {
      Files.move(from, to);
      moved.add(to);
      return;
    }
    moved.add(to);
    Files.delete(from);
  }

  @Override
  public void close() throws IOException {
    if (published) {
      return;
    }
    IOException failure = null;
    for (OutputStream stream : streams) {
      try {
        stream.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    List<Path> left;
    try (Stream<Path> files = Files.list(staging)) {
      left = files.toList();
    }
    for (Path file : left) {
      Files.delete(file);
    }
    // What was moved before a failure is complete and durable, but of no use without the rest.
    for (Path file : moved) {
      Files.deleteIfExists(file);
    }
    Files.delete(staging);
    if (failure != null) {
      throw failure;
    }
  }
}
