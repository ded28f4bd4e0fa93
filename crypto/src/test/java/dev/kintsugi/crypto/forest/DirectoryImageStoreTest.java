package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.MalformedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as files, on a disk that forgets what was not synced. */
final class DirectoryImageStoreTest extends ImageStoreContract {
  @TempDir Path dir;

  private int media;

  @Override
  Medium medium() throws IOException {
    LossyDisk disk = new LossyDisk(Files.createDirectory(dir.resolve("disk" + media++)));
    return new Medium() {
      @Override
      public ImageStore open() throws IOException {
        return new DirectoryImageStore(disk.path().resolve("images"));
      }

      @Override
      public Crash crash() {
        return disk.crash;
      }

      @Override
      public void restart(Loss loss) throws IOException {
        disk.restart(loss);
      }

      @Override
      public int pieces() throws IOException {
        try (Stream<Path> files = Files.list(disk.path().resolve("images"))) {
          return (int) files.count();
        }
      }
    };
  }

  @Test
  void onlyNamesOfImagesAreTaken() throws IOException {
    DirectoryImageStore store = new DirectoryImageStore(dir.resolve("images"));
    for (String bad :
        new String[] {
          "", "a", A + "0", A.substring(1) + "A", A + ".new", "../" + A.substring(3), "slot"
        }) {
      assertThrows(IllegalArgumentException.class, () -> store.put(bad, image(1)), bad);
      assertThrows(IllegalArgumentException.class, () -> store.get(bad), bad);
      assertThrows(IllegalArgumentException.class, () -> store.delete(bad), bad);
    }
    Files.write(dir.resolve("images").resolve("README"), new byte[3]);
    assertEquals(Set.of(), store.names());
    assertTrue(Files.exists(dir.resolve("images").resolve("README")));
  }

  @Test
  void aFileThatACrashLeftAsideIsListedNotReadAndDeleted() throws IOException {
    DirectoryImageStore store = new DirectoryImageStore(dir.resolve("images"));
    Path aside = dir.resolve("images").resolve(A + ".new");
    Files.write(aside, new byte[3]);
    assertEquals(Set.of(A), store.names());
    assertEquals(Optional.empty(), store.get(A));
    assertTrue(Files.exists(aside), "another process may be writing it");
    store.delete(A);
    assertTrue(Files.notExists(aside));
  }

  /** The storage is trusted with nothing: what somebody put there must not fill the memory. */
  @Test
  void aFileThatIsNoImageByItsLengthIsRefused() throws IOException {
    DirectoryImageStore store = new DirectoryImageStore(dir.resolve("images"));
    for (long length : new long[] {DirectoryImageStore.MAX_LENGTH + 1L, 1L << 40}) {
      try (FileChannel file =
          FileChannel.open(
              dir.resolve("images").resolve(A),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.allocate(1), length - 1); // the rest is a hole
      }
      assertThrows(MalformedRecordException.class, () -> store.get(A), length + " bytes");
    }
    byte[] long1 = new byte[DirectoryImageStore.MAX_LENGTH + 1];
    assertThrows(IllegalArgumentException.class, () -> store.put(B, long1));
    assertEquals(Optional.empty(), store.get(B));
    store.delete(A);
  }

  @Test
  void theDirectoryIsMadeButNotWhatIsAboveIt() throws IOException {
    assertThrows(
        NoSuchFileException.class, () -> new DirectoryImageStore(dir.resolve("no").resolve("i")));
    // Made by a process that died before the entry was durable: the next one makes it so.
    LossyDisk disk = new LossyDisk(Files.createDirectory(dir.resolve("disk")));
    disk.crash.arm(1, true);
    Path images = disk.path().resolve("images");
    assertThrows(Crash.Died.class, () -> new DirectoryImageStore(images));
    disk.restart(Loss.NOTHING);
    DirectoryImageStore store = new DirectoryImageStore(images);
    store.put(A, image(1));
    store.flush();
    disk.restart(Loss.EVERYTHING);
    assertEquals(Set.of(A), new DirectoryImageStore(images).names());
  }
}
