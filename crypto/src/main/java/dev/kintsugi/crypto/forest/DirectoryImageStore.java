package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.MalformedRecordException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Images as files of one directory: written aside, flushed, renamed; the directory is flushed last.
 * Files of more than {@value #MAX_LENGTH} bytes are neither written nor read: an image has to fit
 * into memory, and nobody's file may fill it.
 */
public final class DirectoryImageStore implements ImageStore {
  /** The most bytes of an image: room for five million segments with deletions. */
  public static final int MAX_LENGTH = 256 << 20;

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");
  private static final String ASIDE = ".new";

  private final Path directory;

  /**
   * Opens a store, creating the directory if it does not exist. What is above the directory has to
   * exist.
   *
   * @param directory a directory for images alone
   * @throws IOException if it cannot be created
   */
  public DirectoryImageStore(Path directory) throws IOException {
    this.directory = directory;
    if (Files.notExists(directory)) {
      Files.createDirectory(directory);
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      // Also if it was there: whoever made it may have died before its name was durable.
      force(parent);
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void put(String name, byte[] image) {
    Path target = path(name);
    if (image.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "image (%d bytes) must have at most %d".formatted(image.length, MAX_LENGTH));
    }
    Path aside = aside(target);
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
    try {
      force(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot flush forest images in " + directory, e);
    }
  }

  @Override
  public Optional<byte[]> get(String name) {
    try (FileChannel in = FileChannel.open(path(name), StandardOpenOption.READ)) {
      long length = in.size();
      if (length > MAX_LENGTH) {
        throw new MalformedRecordException(
            "forest image %s has %d bytes, more than %d".formatted(path(name), length, MAX_LENGTH));
      }
      ByteBuffer image = ByteBuffer.allocate((int) length);
      while (image.hasRemaining() && in.read(image) >= 0) {
        // Goes on.
      }
      return Optional.of(Arrays.copyOf(image.array(), image.position()));
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
      Files.deleteIfExists(aside(path(name)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete forest image " + path(name), e);
    }
  }

  @Override
  public Set<String> names() {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .map(
              name ->
                  name.endsWith(ASIDE) ? name.substring(0, name.length() - ASIDE.length()) : name)
          .filter(name -> NAME.matcher(name).matches())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list forest images in " + directory, e);
    }
  }

  private static Path aside(Path target) {
    return target.resolveSibling(target.getFileName() + ASIDE);
  }

  private Path path(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("image name (" + name + ") must be 32 hex digits");
    }
    return directory.resolve(name);
  }
}
