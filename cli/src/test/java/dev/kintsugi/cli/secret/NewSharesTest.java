package dev.kintsugi.cli.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NewSharesTest {
  private static final List<String> NAMES = NewShares.shareNames(3);

  @TempDir Path temp;

  private static void write(NewShares shares, int content) throws IOException {
    for (OutputStream stream : shares.streams()) {
      stream.write(content);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  @Test
  void whatAnotherMadeMeanwhileStaysAndNothingElseDoes() throws IOException {
    try (NewShares shares = new NewShares(temp, NAMES)) {
      write(shares, 1);
      Files.write(temp.resolve("2.share"), new byte[] {2});
      assertThrows(FileAlreadyExistsException.class, shares::publish);
    }
    assertEquals(List.of("2.share"), names(temp));
    assertArrayEquals(new byte[] {2}, Files.readAllBytes(temp.resolve("2.share")));
  }

  /** Two that publish at the same time: one succeeds, and all files are its. */
  @Test
  void ofTwoAtTheSameTimeOneLeavesAllFilesAndTheOtherNone() throws Exception {
    CyclicBarrier ready = new CyclicBarrier(2);
    ExecutorService both = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 400; round++) {
        Path directory = Files.createDirectory(temp.resolve(String.valueOf(round)));
        List<Future<Boolean>> published = new ArrayList<>();
        for (int content : new int[] {1, 2}) {
          published.add(both.submit(() -> publish(directory, content, ready)));
        }
        boolean first = published.get(0).get();
        boolean second = published.get(1).get();
        List<String> left = names(directory);
        List<Integer> contents = new ArrayList<>();
        for (String name : left) {
          contents.add((int) Files.readAllBytes(directory.resolve(name))[0]);
        }
        String what = "round " + round + ": " + left + " hold " + contents;
        // Each may have been in the other's way.
        assertEquals(first || second ? NAMES : List.of(), left, what);
        assertEquals(first ? 1 : second ? 2 : 0, contents.stream().findFirst().orElse(0), what);
        assertEquals(left.isEmpty() ? 0 : 1, contents.stream().distinct().count(), what);
      }
    } finally {
      both.shutdownNow();
    }
  }

  private static boolean publish(Path directory, int content, CyclicBarrier ready)
      throws Exception {
    try (NewShares shares = new NewShares(directory, NAMES)) {
      write(shares, content);
      ready.await();
      shares.publish();
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
