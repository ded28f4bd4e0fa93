package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class FileKeySlotTest extends KeySlotContract {
  @TempDir Path dir;

  private final Secret slotKey = Secret.random(32);

  private Path file() {
    return dir.resolve("slot");
  }

  private KeySlot open() throws IOException {
    return KeySlots.file(file(), slotKey, new byte[] {7});
  }

  private int media;

  @Override
  Medium medium() throws IOException {
    LossyDisk disk = new LossyDisk(Files.createDirectory(dir.resolve("disk" + media++)));
    return new Medium() {
      @Override
      public KeySlot open() throws IOException {
        return KeySlots.file(disk.path().resolve("slot"), slotKey, new byte[] {7});
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
      public byte[] readable() throws IOException {
        return disk.readable();
      }
    };
  }

  @Test
  void deathsWhileTheFileIsMadeLeaveNoneOrAnEmptySlotThatIsDurableOnceItWasOpened()
      throws Exception {
    int deaths = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          Medium medium = medium();
          medium.crash().arm(step, after);
          try {
            medium.open().close();
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          medium.restart(loss);
          // The next life finds it, or makes it, and relies on it.
          KeySlot.Entry entry = entry(1);
          try (KeySlot slot = medium.open()) {
            assertTrue(slot.current().isEmpty());
            slot.put(entry);
          }
          medium.restart(Loss.EVERYTHING);
          try (KeySlot slot = medium.open()) {
            String where = "step " + step + (after ? " done, " : " torn, ") + loss;
            assertTrue(slot.current().orElseThrow(() -> new AssertionError(where)).sameAs(entry));
          }
        }
      }
    }
    assertTrue(deaths >= 80, "only " + deaths + " deaths");
  }

  @Test
  void entriesSurviveReopening() throws IOException {
    KeySlot.Entry entry = entry(3);
    try (KeySlot slot = open()) {
      slot.put(entry);
    }
    try (KeySlot slot = open()) {
      assertTrue(slot.current().orElseThrow().sameAs(entry));
      assertTrue(slot.erasesForGood());
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
  }

  @Test
  void erasedEntriesAreNotInTheFile() throws IOException {
    try (KeySlot slot = open()) {
      slot.put(entry(1));
      byte[] first = Files.readAllBytes(file());
      slot.put(entry(2));
      byte[] both = Files.readAllBytes(file());
      assertTrue(contains(both, Arrays.copyOfRange(first, 14, 122)), "the control: still there");
      slot.eraseBefore(2);
      assertFalse(contains(Files.readAllBytes(file()), Arrays.copyOfRange(first, 20, 50)));
    }
  }

  @Test
  void everyFlippedBitOfTheOnlyEntryIsSeen() throws IOException {
    try (KeySlot slot = open()) {
      slot.put(entry(1));
    }
    byte[] good = Files.readAllBytes(file());
    for (int bit = 0; bit < 8 * 140; bit++) {
      byte[] bad = good.clone();
      bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      if (Arrays.equals(Arrays.copyOf(good, 140), new byte[140])) {
        bad[4096 + (bit >> 3)] ^= (byte) (1 << (bit & 7));
        bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      }
      Files.write(file(), bad);
      // A version above the one known is another story; only one bit of the version clears it.
      boolean later = bit / 8 == 4 || (bit / 8 == 5 && bit % 8 != 0);
      try (KeySlot slot = open()) {
        CryptoException e = assertThrows(CryptoException.class, slot::current, "bit " + bit);
        assertEquals(
            later ? UnsupportedVersionException.class : AuthenticationFailedException.class,
            e.getClass(),
            "bit " + bit);
      }
    }
  }

  /** As a crash of a later version leaves it between the switch and the erasure. */
  @Test
  void anEntryOfALaterVersionIsNeitherPassedOverNorOverwritten() throws IOException {
    for (int later : new int[] {2, 255}) {
      Files.deleteIfExists(file());
      try (KeySlot slot = open()) {
        slot.put(entry(1));
        slot.put(entry(2));
      }
      byte[] both = Files.readAllBytes(file());
      both[both[13] == 2 ? 5 : SlotStorage.SECTOR + 5] = (byte) later;
      Files.write(file(), both);
      try (KeySlot slot = open()) {
        assertThrows(UnsupportedVersionException.class, slot::current);
        assertThrows(UnsupportedVersionException.class, () -> slot.eraseBefore(1));
        assertThrows(UnsupportedVersionException.class, () -> slot.put(entry(2)));
      }
      assertArrayEquals(both, Files.readAllBytes(file()));
    }
  }

  @Test
  void anInterruptedThreadDoesNotCloseTheSlotForOthers() throws IOException {
    KeySlot.Entry entry = entry(1);
    try (KeySlot slot = open()) {
      interrupted(slot::current);
      slot.put(entry);
      interrupted(() -> slot.put(entry(2)));
      assertTrue(slot.current().orElseThrow().sameAs(entry));
      interrupted(() -> slot.eraseBefore(1));
      slot.eraseBefore(1);
    }
    KeySlotView view = KeySlots.fileForReading(file(), slotKey, new byte[] {7});
    interrupted(view::current);
    assertTrue(view.current().orElseThrow().sameAs(entry));
    view.close();
    assertThrows(UncheckedIOException.class, view::current, "closed is closed");
  }

  private static void interrupted(Executable access) {
    Thread.currentThread().interrupt();
    try {
      assertThrows(UncheckedIOException.class, access);
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void anotherKeyOrVaultOrSizeIsRefused() throws IOException {
    try (KeySlot slot = open()) {
      slot.put(entry(1));
    }
    try (KeySlot slot = KeySlots.file(file(), Secret.random(32), new byte[] {7})) {
      assertThrows(AuthenticationFailedException.class, slot::current);
    }
    try (KeySlot slot = KeySlots.file(file(), slotKey, new byte[] {8})) {
      assertThrows(AuthenticationFailedException.class, slot::current);
    }
    Files.write(file(), new byte[100]);
    assertThrows(IOException.class, this::open);
  }
}
