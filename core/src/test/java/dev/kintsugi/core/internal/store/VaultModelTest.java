package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random operations on a vault and on a map, with reopening and recovery in between. */
final class VaultModelTest {
  private static final int OPERATIONS = 150;
  private static final int NAMES = 12;

  @TempDir Path temp;

  @Test
  void randomOperationsDoWhatTheyDoToAMap() throws IOException {
    long seed = Long.getLong("kintsugi.seed", 20_26_11L);
    Random random = new Random(seed);
    Map<String, byte[]> model = new TreeMap<>();
    Path directory = temp.resolve("v0");
    int recoveries = 0;
    try (VaultFixture fixture = new VaultFixture(directory, 4).create("rs:2+2")) {
      Vault vault = fixture.open();
      try {
        for (int i = 0; i < OPERATIONS; i++) {
          String context = "seed " + seed + ", operation " + i;
          String name = "/n" + random.nextInt(NAMES);
          switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> {
              byte[] content = bytes(random.nextLong(), size(random));
              vault.put(path(name), Source.of(content));
              model.put(name, content);
            }
            case 4, 5 -> {
              String to = "/n" + random.nextInt(NAMES);
              if (model.containsKey(name)) {
                vault.move(path(name), path(to));
                model.put(to, model.get(name));
                if (!to.equals(name)) {
                  model.remove(name);
                }
              } else {
                Vault current = vault;
                assertThrows(
                    NoSuchPathException.class, () -> current.move(path(name), path(to)), context);
              }
            }
            case 6 -> {
              if (model.remove(name) != null) {
                vault.remove(path(name));
              }
            }
            case 7, 8 -> checkRange(vault, model, name, random, context);
            case 9 -> checkAll(vault, model, context);
            case 10 -> {
              vault.close();
              vault = open(fixture, directory);
            }
            default -> {
              if (random.nextInt(3) == 0) {
                Path kit = temp.resolve("kit" + i);
                try (Unlock unlock = VaultFixture.unlock()) {
                  vault.exportKit(kit, unlock);
                }
                vault.close();
                directory = temp.resolve("v" + i);
                recover(fixture, directory, kit, context);
                recoveries++;
                vault = open(fixture, directory);
                checkAll(vault, model, context + ", after recovery");
              }
            }
          }
        }
        checkAll(vault, model, "seed " + seed + ", at the end");
        vault.scrub(new ScrubOptions(true), Progress.NONE);
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean(), "seed " + seed);
      } finally {
        vault.close();
      }
    }
    assertTrue(recoveries > 0, "seed " + seed + " recovers nothing, so take another");
  }

  private static int size(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> 65536 + random.nextInt(3) - 1;
      case 2 -> 1 + random.nextInt(1 << 20);
      case 3 -> random.nextInt(8) == 0 ? (9 << 20) + random.nextInt(100) : 5;
      default -> random.nextInt(5000);
    };
  }

  private static Vault open(VaultFixture fixture, Path directory) {
    try (Unlock unlock = VaultFixture.unlock()) {
      return fixture.store.open(directory, unlock, false);
    }
  }

  private static void recover(VaultFixture fixture, Path directory, Path kit, String context) {
    try (Unlock unlock = VaultFixture.unlock()) {
      RecoverReport report =
          fixture.store.recover(directory, kit, unlock, fixture.archives, unlock, Progress.NONE);
      assertEquals(List.of(), report.unrecoverable(), context);
      assertEquals(List.of(), report.lostCommits(), context);
    }
  }

  private static void checkRange(
      Vault vault, Map<String, byte[]> model, String name, Random random, String context) {
    byte[] content = model.get(name);
    if (content == null) {
      assertThrows(NoSuchPathException.class, () -> vault.openObject(path(name)), context);
      return;
    }
    try (ObjectReader reader = vault.openObject(path(name))) {
      int from = random.nextInt(content.length + 1);
      ByteBuffer target = ByteBuffer.allocate(random.nextInt(200_000));
      int count = reader.read(from, target);
      assertEquals(Math.min(target.capacity(), content.length - from), count, context);
      assertArrayEquals(
          Arrays.copyOfRange(content, from, from + count),
          Arrays.copyOf(target.array(), count),
          context);
    }
  }

  private static void checkAll(Vault vault, Map<String, byte[]> model, String context)
      throws IOException {
    List<String> names = new ArrayList<>();
    vault.list(path("/")).forEach(entry -> names.add("/" + entry.name()));
    List<String> expected = new ArrayList<>(model.keySet());
    names.sort(null);
    assertEquals(expected, names, context);
    for (Map.Entry<String, byte[]> entry : model.entrySet()) {
      assertArrayEquals(
          entry.getValue(), read(vault, entry.getKey()), context + ", " + entry.getKey());
    }
  }
}
