package dev.kintsugi.cli.code;

import dev.kintsugi.cli.code.CodeCommand.WordsException;
import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.ErrorSearch;
import dev.kintsugi.erasure.audit.Location;
import dev.kintsugi.erasure.stream.ReplacingFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Bare files that hold one shard each and nothing else. */
final class RawFiles {
  /** Bytes of each file in memory at once. */
  private static final int PIECE = 1 << 16;

  private RawFiles() {}

  /** Writes the parity files of data files. */
  static int encode(ErasureCode code, Path directory, List<Path> data, CodeHost host)
      throws IOException {
    Console console = host.configuredConsole();
    int k = code.dataShards();
    if (data.size() != k) {
      throw new WordsException(
          "%s has %d data shards, but %d files are given".formatted(code, k, data.size()));
    }
    if (Files.exists(directory)) {
      CodeCommand.existingDirectory(directory);
    }
    List<Path> targets = new ArrayList<>();
    for (int r = 0; r < code.parityShards(); r++) {
      targets.add(directory.resolve("p" + r));
      for (Path input : data) {
        CodeCommand.refuseToReplace(input, targets.get(r));
      }
    }
    List<Closeable> open = new ArrayList<>();
    try {
      List<FileChannel> sources = new ArrayList<>();
      for (Path file : data) {
        sources.add(open(file, open));
      }
      long length = commonLength(data, sources);
      Files.createDirectories(directory);
      List<ReplacingFile> parity = new ArrayList<>();
      for (Path target : targets) {
        ReplacingFile file = ReplacingFile.at(target);
        open.add(file);
        parity.add(file);
      }
      ByteBuffer[] rows = rows(code.totalShards());
      for (long done = 0; done < length; done += PIECE) {
        host.checkInterruption();
        int count = (int) Math.min(PIECE, length - done);
        for (int i = 0; i < rows.length; i++) {
          rows[i].clear().limit(count);
          if (i < k) {
            read(sources.get(i), rows[i], done, data.get(i));
          }
        }
        code.encode(rows);
        for (int r = 0; r < parity.size(); r++) {
          while (rows[k + r].hasRemaining()) {
            parity.get(r).channel().write(rows[k + r]);
          }
        }
      }
      for (ReplacingFile file : parity) {
        file.flush();
      }
      for (ReplacingFile file : parity) {
        file.commit();
        console.event(
            Json.event("shard")
                .with("file", LocalPaths.display(file.target()))
                .with("bytes", length));
      }
      console.say(
          "wrote %d parity files in %s".formatted(parity.size(), LocalPaths.display(directory)));
      return CodeCommand.DONE;
    } finally {
      close(open);
    }
  }

  /**
   * Finds the wrong ones among all shards.
   *
   * @param words the files in order, {@code -} where a shard is missing
   */
  static Location locate(ErasureCode code, List<String> words, CodeHost host) throws IOException {
    int n = code.totalShards();
    if (words.size() != n) {
      throw new WordsException(
          "%s has %d shards, but %d words are given ('-' stands for one that is missing)"
              .formatted(code, n, words.size()));
    }
    BitSet erased = new BitSet();
    List<Path> paths = new ArrayList<>();
    List<FileChannel> channels = new ArrayList<>();
    List<Closeable> open = new ArrayList<>();
    try {
      int[] shards = new int[n];
      for (int i = 0; i < n; i++) {
        if (words.get(i).equals("-")) {
          erased.set(i);
        } else {
          shards[paths.size()] = i;
          paths.add(LocalPaths.of(words.get(i)));
          channels.add(open(paths.get(paths.size() - 1), open));
        }
      }
      if (paths.isEmpty()) {
        throw new WordsException("at least one shard must be there");
      }
      long length = commonLength(paths, channels);
      ErrorSearch search = ErrorLocator.of(code).search(erased);
      ByteBuffer[] rows = rows(n);
      for (long done = 0; done < length; done += PIECE) {
        host.checkInterruption();
        int count = (int) Math.min(PIECE, length - done);
        for (int f = 0; f < paths.size(); f++) {
          ByteBuffer row = rows[shards[f]].clear().limit(count);
          read(channels.get(f), row, done, paths.get(f));
        }
        search.add(rows);
      }
      return search.location();
    } finally {
      close(open);
    }
  }

  private static FileChannel open(Path file, List<Closeable> open) throws IOException {
    FileChannel channel = FileChannel.open(CodeCommand.existingFile(file));
    open.add(channel);
    return channel;
  }

  private static long commonLength(List<Path> paths, List<FileChannel> channels)
      throws IOException {
    long length = channels.get(0).size();
    for (int i = 1; i < channels.size(); i++) {
      if (channels.get(i).size() != length) {
        throw new WordsException(
            "%s is %d bytes long, but %s is %d: shards are of equal length"
                .formatted(
                    LocalPaths.display(paths.get(i)),
                    channels.get(i).size(),
                    LocalPaths.display(paths.get(0)),
                    length));
      }
    }
    return length;
  }

  private static ByteBuffer[] rows(int count) {
    ByteBuffer[] rows = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      rows[i] = ByteBuffer.allocateDirect(PIECE);
    }
    return rows;
  }

  private static void read(FileChannel from, ByteBuffer row, long start, Path file)
      throws IOException {
    while (row.hasRemaining()) {
      if (from.read(row, start + row.position()) < 0) {
        throw new EOFException(LocalPaths.display(file) + " became shorter while it was read");
      }
    }
    row.flip();
  }

  private static void close(List<Closeable> open) throws IOException {
    IOException first = null;
    for (Closeable one : open) {
      try {
        one.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
