package dev.kintsugi.core.internal.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import dev.kintsugi.core.ChildJvm;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardName;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBackendCrashTest {
  @TempDir Path directory;
  private int archives;

  /** What a program that uses an archive knows at the moment of a crash. */
  private static final class Memory {
    final Map<ShardName, Integer> acknowledged = new HashMap<>();
    final Map<ShardName, Integer> underWay = new HashMap<>();
    final Set<ShardName> deleted = new HashSet<>();
    final Set<ShardName> beingDeleted = new HashSet<>();
    final ShardName mended = new ShardName(7, 7);
    byte[] mendedContent = {};
    byte[] nextMendedContent = {};
    byte[] record = {};
    byte[] nextRecord = {};
  }

  private static byte[] content(ShardName name, int length) {
    byte[] bytes = new byte[length];
    new Random(name.low()).nextBytes(bytes);
    return bytes;
  }

  private static void use(Backend backend, Memory memory, Random random) throws IOException {
    for (int i = 0; i < 6; i++) {
      ShardName name = new ShardName(random.nextLong() & 0x03ffffffffffffffL, random.nextLong());
      int length = random.nextInt(3000);
      memory.underWay.put(name, length);
      backend.write(
          name,
          ByteBuffer.wrap(content(name, length), 0, length / 3),
          ByteBuffer.wrap(content(name, length), length / 3, length - length / 3));
      memory.underWay.remove(name);
      memory.acknowledged.put(name, length);
      if (i % 2 == 1) {
        memory.nextRecord = new byte[1 + i];
        Arrays.fill(memory.nextRecord, (byte) i);
        backend.writeRecord("slot", memory.nextRecord);
        memory.record = memory.nextRecord;
        memory.nextMendedContent = content(memory.mended, 500 * (i + 1));
        backend.replace(memory.mended, ByteBuffer.wrap(memory.nextMendedContent));
        memory.mendedContent = memory.nextMendedContent;
      }
      if (i % 3 == 2) {
        memory.beingDeleted.add(name);
        assertTrue(backend.delete(name));
        memory.beingDeleted.remove(name);
        memory.acknowledged.remove(name);
        memory.deleted.add(name);
      }
    }
  }

  /** Loses power at a step; returns false if the program ended before that. */
  private boolean crashAt(int step, long seed, boolean syncsFiles, boolean syncsDirectories)
      throws IOException {
    Path root = directory.resolve("archive-" + archives++);
    Memory memory = new Memory();
    try (Backend fresh = FileBackend.open(root, true, FileSteps.REAL)) {
      fresh.writeRecord("slot", new byte[0]);
      fresh.write(memory.mended, ByteBuffer.wrap(memory.mendedContent));
    }
    FragileDisk disk = new FragileDisk(root, seed, syncsFiles, syncsDirectories);
    Backend backend = FileBackend.open(root, false, disk);
    boolean crashed = false;
    disk.losePowerAt(step);
    try {
      use(backend, memory, new Random(seed));
    } catch (IOException e) {
      crashed = true;
      assertTrue(
          e instanceof FragileDisk.PowerLoss || e.getCause() instanceof FragileDisk.PowerLoss,
          e.toString());
    }
    disk.losePowerAt(0);
    die(backend);
    disk.forgetWhatWasNotSynced();
    verify(root, memory);
    MoreFiles.deleteRecursively(root);
    return crashed;
  }

  /** Gives back what the operating system would: the dead cannot tidy up. */
  private static void die(Backend backend) {
    try {
      backend.close();
    } catch (IOException e) {
      assertTrue(e instanceof FragileDisk.PowerLoss, e.toString());
    }
  }

  private static void verify(Path root, Memory memory) throws IOException {
    try (Backend survivor = FileBackend.open(root, false, FileSteps.REAL)) {
      Map<ShardName, Integer> expected = new HashMap<>(memory.acknowledged);
      expected.putAll(memory.underWay);
      Set<ShardName> listed = new HashSet<>();
      survivor.list(info -> listed.add(info.name()));
      assertTrue(listed.remove(memory.mended), "a shard that was being replaced is lost");
      byte[] mended = read(survivor, memory.mended);
      assertTrue(
          Arrays.equals(mended, memory.mendedContent)
              || Arrays.equals(mended, memory.nextMendedContent),
          "a shard that was being replaced is neither the old nor the new one");
      for (ShardName name : listed) {
        assertFalse(memory.deleted.contains(name), "a deleted shard came back");
        Integer length = expected.get(name);
        assertTrue(length != null, "a shard that nobody wrote");
        assertArrayEquals(content(name, length), read(survivor, name), "a part of a shard");
      }
      for (ShardName name : memory.acknowledged.keySet()) {
        assertTrue(
            listed.contains(name) || memory.beingDeleted.contains(name),
            "an acknowledged shard is lost");
      }
      byte[] record = survivor.readRecord("slot").orElseThrow();
      assertTrue(
          Arrays.equals(record, memory.record) || Arrays.equals(record, memory.nextRecord),
          "a record is neither the old nor the new one");
    }
    assertNothingUnfinished(root);
  }

  private static byte[] read(Backend backend, ShardName name) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(backend.size(name)));
    backend.read(name, 0, bytes);
    return bytes.array();
  }

  private static void assertNothingUnfinished(Path root) throws IOException {
    try (Stream<Path> left = Files.list(root.resolve("tmp"))) {
      // Locks of writers that live in this process may stay until they close.
      assertEquals(List.of(), left.filter(f -> !f.toString().endsWith(".lock")).toList());
    }
  }

  @Test
  void aCrashAtAnyStepKeepsWhatWasAcknowledgedAndShowsOnlyWholeShards() throws IOException {
    int crashes = 0;
    for (int step = 1; ; step++) {
      boolean crashed = false;
      for (long seed = 1; seed <= 3; seed++) {
        crashed |= crashAt(step, seed, true, true);
      }
      if (!crashed) {
        break;
      }
      crashes++;
    }
    assertTrue(crashes > 60, "only " + crashes + " steps");
  }

  @Test
  void theTestNoticesSyncsThatAreLeftOut() {
    assertThrows(AssertionError.class, () -> crashEverywhere(false, true));
    assertThrows(AssertionError.class, () -> crashEverywhere(true, false));
  }

  private void crashEverywhere(boolean syncsFiles, boolean syncsDirectories) throws IOException {
    for (int step = 1; step < 100; step++) {
      for (long seed = 1; seed <= 3; seed++) {
        crashAt(step, seed, syncsFiles, syncsDirectories);
      }
    }
  }

  @Test
  void killedWritersLoseNothingAndLeaveNothingUnfinished() throws Exception {
    Path root = directory.resolve("killed");
    Random random = new Random(7);
    Set<ShardName> acknowledged = new HashSet<>();
    for (int round = 0; round < 5; round++) {
      Process writer = ChildJvm.start(ShardWriter.class, root.toString());
      try (BufferedReader out = writer.inputReader()) {
        int before = 5 + random.nextInt(60);
        for (int i = 0; i < before; i++) {
          String line = out.readLine();
          assertTrue(line != null, "the writer ended by itself");
          acknowledged.add(ShardName.parse(line));
          if (i % 10 == 0) {
            // Somebody else who opens the archive must not take the writer for dead.
            FileBackend.open(root, false, FileSteps.REAL).close();
          }
        }
        writer.toHandle().destroyForcibly(); // unlike the process, it leaves the pipe open
        out.lines()
            .filter(line -> line.length() == 32)
            .forEach(l -> acknowledged.add(ShardName.parse(l)));
        assertTrue(writer.waitFor(20, TimeUnit.SECONDS));
      } finally {
        writer.destroyForcibly();
      }
      try (Backend backend = FileBackend.open(root, false, FileSteps.REAL)) {
        Set<ShardName> listed = new HashSet<>();
        backend.list(info -> listed.add(info.name()));
        assertTrue(listed.containsAll(acknowledged), "round " + round);
        assertTrue(listed.size() <= acknowledged.size() + round + 1, "round " + round);
        for (ShardName name : listed) {
          assertArrayEquals(ShardWriter.content(name), read(backend, name));
        }
      }
      try (Stream<Path> left = Files.list(root.resolve("tmp"))) {
        assertEquals(List.of(), left.toList(), "round " + round);
      }
    }
  }

  @Test
  void theSystemsOwnFullDiskIsAFullArchive() throws IOException {
    FileSteps full =
        new FileSteps() {
          @Override
          public FileChannel create(Path file) throws IOException {
            return file.toString().endsWith(".lock")
                ? FileSteps.super.create(file)
                : FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
          }
        };
    Path root = directory.resolve("full");
    try (Backend backend = FileBackend.open(root, true, full)) {
      ShardName name = ShardName.random();
      ByteBuffer content = ByteBuffer.wrap(new byte[100]);
      ArchiveFullException e =
          assertThrows(ArchiveFullException.class, () -> backend.write(name, content));
      assertTrue(e.toString().contains(name.toString()), e.toString());
      assertEquals(0, content.position());
      assertThrows(ArchiveFullException.class, () -> backend.writeRecord("slot", new byte[1]));
      List<ShardName> listed = new ArrayList<>();
      backend.list(info -> listed.add(info.name()));
      assertEquals(List.of(), listed);
      assertEquals(Optional.empty(), backend.readRecord("slot"));
    }
  }
}
