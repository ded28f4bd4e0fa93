package dev.kintsugi.cli.secret;

import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.crypto.split.ShareFiles;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Share files opened for reading. A file that cannot be read, or only in part, counts as damaged
 * from there on and is remembered with the reason, so that one failing disk does not stop others.
 */
public final class ShareInputs implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final List<ShareFiles.Input> inputs = new ArrayList<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /**
   * Opens files.
   *
   * @param files the files, in any order
   * @param onRead told how many bytes were read; what it throws ends the reading
   */
  public ShareInputs(List<Path> files, LongConsumer onRead) {
    for (Path file : files) {
      String name = LocalPaths.display(file);
      InputStream stream;
      try {
        InputStream counted = new CountedInput(Files.newInputStream(file), onRead);
        stream = new BufferedInputStream(new Tolerant(name, counted), BUFFER);
      } catch (IOException e) {
        failures.put(name, String.valueOf(e.getMessage()));
        stream = InputStream.nullInputStream();
      }
      inputs.add(new ShareFiles.Input(name, stream));
    }
  }

  /**
   * Replaces directories by the files in them whose names end with {@code .share}, in the order of
   * their numbers.
   */
  public static List<Path> expand(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        try (Stream<Path> entries = Files.list(path)) {
          entries
              .filter(entry -> entry.toString().endsWith(NewShares.SUFFIX))
              .filter(entry -> !Files.isDirectory(entry))
              .sorted(
                  Comparator.comparingInt((Path entry) -> entry.toString().length())
                      .thenComparing(Path::toString))
              .forEach(files::add);
        }
      } else {
        files.add(path);
      }
    }
    return files;
  }

  /** Returns what is to be read. */
  public List<ShareFiles.Input> list() {
    return List.copyOf(inputs);
  }

  /** Returns why files could not be read to their ends, by name. */
  public Map<String, String> failures() {
    return Map.copyOf(failures);
  }

  @Override
  public void close() throws IOException {
    for (ShareFiles.Input input : inputs) {
      input.stream().close();
    }
  }

  /** Turns a failure to read into an end. */
  private final class Tolerant extends FilterInputStream {
    private final String name;

    Tolerant(String name, InputStream in) {
      super(in);
      this.name = name;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        failures.put(name, String.valueOf(e.getMessage()));
        return -1;
      }
    }
  }
}
