package dev.kintsugi.crypto.forest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Images as files of one directory: written aside, flushed, renamed; the directory is flushed last.
 */
public final class DirectoryImageStore implements ImageStore {
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");

  private final Path directory;

  /**
   * Opens a store, creating the directory if it does not exist.
   *
   * @param directory a directory for images alone
   * @throws IOException if it cannot be created
   */
  public DirectoryImageStore(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public void put(String name, byte[] image) {
    Path target = path(name);
    Path aside = directory.resolve(name + ".new");
    try {
      try (FileChannel out =
          FileChannel.open(
              aside,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer content = ByteBuffer.wrap(image);
        while (content.hasRemaining()) {
          out.write(content);
        }
        out.force(true);
      }
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write forest image " + target, e);
    }
  }

  @Override
  public void flush() {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot flush forest images in " + directory, e);
    }
  }

  @Override
  public Optional<byte[]> get(String name) {
    try {
      return Optional.of(Files.readAllBytes(path(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read forest image " + path(name), e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete forest image " + path(name), e);
    }
  }

  /** Lists the images; files a crash left aside are removed. */
  @Override
  public Set<String> names() {
    try (Stream<Path> files = Files.list(directory)) {
      Set<String> all = files.map(f -> String.valueOf(f.getFileName())).collect(Collectors.toSet());
      for (String name : all) {
        if (name.endsWith(".new")) {
          Files.deleteIfExists(directory.resolve(name));
        }
      }
      return all.stream().filter(n -> NAME.matcher(n).matches()).collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list forest images in " + directory, e);
    }
  }

  private Path path(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("image name (" + name + ") must be 32 hex digits");
    }
    return directory.resolve(name);
  }
}
