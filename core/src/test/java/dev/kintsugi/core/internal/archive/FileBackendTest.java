package dev.kintsugi.core.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendContract;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FileBackendTest extends BackendContract {
  @TempDir Path directory;

  private Path root() {
    return directory.resolve("disk/archive");
  }

  @Override
  protected Backend open() throws IOException {
    return Backends.open("file:" + root(), true);
  }

  @Override
  protected void vanish() throws IOException {
    MoreFiles.deleteRecursively(root());
  }

  @Test
  void aMissingDirectoryIsGone() {
    Path missing = directory.resolve("missing");
    ArchiveGoneException e =
        assertThrows(
            ArchiveGoneException.class, () -> Backends.open("file:" + missing, false).close());
    assertEquals(missing + " does not exist", e.getMessage());
    assertFalse(Files.exists(missing));
  }

  @Test
  void anEmptyMountPointIsNotAnArchive() throws IOException {
    try (Backend backend = open()) {
      vanish();
      Files.createDirectory(root());
      assertThrows(
          ArchiveGoneException.class,
          () -> backend.write(ShardName.random(), ByteBuffer.wrap(new byte[1])));
      assertThrows(ArchiveGoneException.class, () -> backend.size(ShardName.random()));
      assertEquals(0, MoreFiles.listFiles(root()).size());
    }
    ArchiveGoneException e =
        assertThrows(
            ArchiveGoneException.class, () -> Backends.open("file:" + root(), false).close());
    assertTrue(e.toString().contains("is the disk mounted?"), e.toString());
  }

  @Test
  @Timeout(60)
  void aPipeInTheShardsPlaceIsAnErrorAndNobodyWaitsForIt() throws Exception {
    try (Backend backend = open()) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[3]));
      String hex = name.toString();
      Path file = root().resolve("shards").resolve(hex.substring(0, 2)).resolve(hex);
      Files.delete(file);
      Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).inheritIO().start();
      assertEquals(0, mkfifo.waitFor());
      IOException e =
          assertThrows(IOException.class, () -> backend.read(name, 0, ByteBuffer.allocate(1)));
      assertTrue(e.toString().contains("not a regular file"), e.toString());
      assertThrows(IOException.class, () -> backend.size(name));
    }
  }

  @Test
  void strangeFilesAreSkipped() throws IOException {
    try (Backend backend = open()) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[3]));
      String hex = name.toString();
      Path shards = root().resolve("shards");
      Path fanOut = shards.resolve(hex.substring(0, 2));
      String other = hex.startsWith("00") ? "01" : "00";
      Files.writeString(fanOut.resolve("notes.txt"), "x");
      Files.writeString(fanOut.resolve(hex + "0"), "x");
      Files.writeString(fanOut.resolve(hex.substring(0, 2) + "F".repeat(30)), "x");
      Files.createDirectories(fanOut.resolve(hex.substring(0, 2) + "0".repeat(30)));
      Files.createSymbolicLink(
          fanOut.resolve(hex.substring(0, 2) + "1".repeat(30)), fanOut.resolve(hex));
      Files.writeString(Files.createDirectories(shards.resolve(other)).resolve(hex), "misplaced");
      Files.writeString(shards.resolve("README"), "x");
      assertEquals(Set.of(name), listing(backend).keySet());
    }
  }

  @Test
  void urlsAreAbsoluteAndForgiving() throws IOException {
    for (String url : new String[] {"file:" + root(), "file://" + root()}) {
      try (Backend backend = Backends.open(url, true)) {
        assertEquals("file:" + root(), backend.url());
      }
    }
    for (String url : new String[] {"file://host/path", "file:", "nope:x", "x", ":x", "file:\0"}) {
      assertThrows(IOException.class, () -> Backends.open(url, false).close(), url);
    }
  }

  @Test
  void anArchiveThatWasNeverUsedLeavesNoTrace() throws IOException {
    try (Backend backend = open()) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[1]));
      backend.delete(name);
    }
    // The contract's own backend made the directory first, so ask with another place.
    Path fresh = directory.resolve("a/b/c");
    try (Backend backend = Backends.open("file:" + fresh, true)) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[1]));
      backend.delete(name);
      backend.writeRecord("probe", new byte[1]);
      backend.deleteRecord("probe");
    }
    assertFalse(Files.exists(directory.resolve("a")), "directories stay behind");
    try (Backend backend = Backends.open("file:" + fresh, true)) {
      backend.writeRecord("marker", new byte[1]);
    }
    try (Backend backend = Backends.open("file:" + fresh, false)) {
      assertTrue(backend.readRecord("marker").isPresent());
    }
  }

  @Test
  void aRemovedFanOutDirectoryIsMadeAgainWhenTheArchiveIsThere() throws IOException {
    try (Backend backend = open()) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[1]));
      backend.delete(name);
      Files.delete(root().resolve("shards").resolve(name.toString().substring(0, 2)));
      backend.write(name, ByteBuffer.wrap(new byte[2]));
      assertEquals(2, backend.size(name));
    }
  }
}
