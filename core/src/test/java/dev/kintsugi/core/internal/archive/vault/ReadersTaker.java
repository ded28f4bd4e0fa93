package dev.kintsugi.core.internal.archive.vault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that takes a lock as a vault's writer does, and gives it back, when it is told to. */
final class ReadersTaker {
  private ReadersTaker() {}

  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      FileLock lock = null;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("take")) {
          lock = channel.tryLock();
          System.out.println(lock == null ? "refused" : "taken");
        } else if (lock != null) {
          lock.release();
          System.out.println("released");
        }
      }
    }
  }
}
