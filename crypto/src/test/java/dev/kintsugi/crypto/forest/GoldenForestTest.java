package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images and slots written by version 1 must always be read, and give the same keys. */
final class GoldenForestTest {
  static final String TOP = "ef5450a22cd50319998a5a47519cc991";
  static final String SEGMENT = "750a891e66207125968227a0b5744297";
  static final Fanouts SHAPE = Fanouts.of(4, 4, 4);

  @TempDir Path dir;

  static Secret secret(int fill) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) fill);
    return Secret.takeOver(bytes);
  }

  /** Ids up to 200 are used. */
  static final class Used implements LeafReservation {
    private long next = 200;

    @Override
    public long reserve(int count) {
      next += count;
      return next - count;
    }

    @Override
    public long limit() {
      return next;
    }
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            GoldenForestTest.class.getResourceAsStream("/golden/" + name + "-v1.bin"))) {
      return in.readAllBytes();
    }
  }

  static String hex(Secret key) {
    return key.use(bytes -> HexFormat.of().formatHex(bytes));
  }

  @Test
  void goldenForestGivesItsKeys() throws IOException {
    try (Forest forest = ForestCodec.open(golden("forest"), secret(4), World.ID, 9)) {
      assertEquals(
          "01ee89613f2b0275c545ed8d857ce99e30128fed7f43b83dd01f469091943123", hex(forest.leaf(30)));
      assertEquals(
          "4e1b5f2a6402b88c0dcfb338585e4d3807a7125f08b62c9955c4336f542a5dfd",
          hex(forest.leaf(5000)),
          "under the spanning root");
      assertFalse(forest.contains(3));
      byte[] plain = ForestCodec.encode(forest);
      assertArrayEquals(
          plain, ForestCodec.encode(ForestCodec.decode(World.ID, ByteBuffer.wrap(plain))));
    }
  }

  @Test
  void goldenVaultOpensFromSlotTopAndSegment() throws IOException {
    Files.write(dir.resolve("slot"), golden("key-slot"));
    MemoryImageStore store = new MemoryImageStore();
    store.put(TOP, golden("top-image"));
    store.put(SEGMENT, golden("segment-image"));
    try (KeySlot slot = KeySlots.file(dir.resolve("slot"), secret(6), new byte[] {7});
        ForestLeafKeys keys = ForestLeafKeys.open(World.ID, store, slot, new Used(), 2)) {
      assertEquals(
          "812f820d5492f522fdf5b22bf3d985c7174791b67c040403d05eff26c7aed68f",
          hex(keys.key(71)),
          "in the segment with a hole");
      assertEquals(
          "cbdf3fbd0053cc2cd8c4b735bf6bdcde6afe5915951b1ec5eb30a668aed58d2c",
          hex(keys.key(150)),
          "in a whole segment");
      assertThrows(PuncturedLeafException.class, () -> keys.key(70));
    }
  }
}
