package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds every image that was ever written, complete or torn, by successful and failed attempts, and
 * sectors of the key slot, with the key that seals them.
 */
final class Adversary {
  private Adversary() {}

  /** Returns the key of every leaf below the limit that the adversary can derive, in hex. */
  static Set<String> derivable(World world, List<byte[]> slotSectors, long limit) {
    List<Secret> masters = new ArrayList<>();
    for (byte[] sector : slotSectors) {
      TestSlotStorage only = new TestSlotStorage();
      System.arraycopy(sector, 0, only.sectors[0], 0, SlotStorage.SECTOR);
      try {
        new TwoRecordKeySlot(only, world.slotKey, World.ID, true)
            .current()
            .ifPresent(entry -> masters.add(entry.masterKey()));
      } catch (AuthenticationFailedException noEntryHere) {
        // Torn or blank: nothing to learn.
      }
    }
    Set<String> found = new TreeSet<>();
    for (Secret master : masters) {
      for (byte[] image : world.store.everWritten) {
        for (long epoch = 1; epoch < 40; epoch++) {
          try {
            byte[] plain = ForestCodec.open(ForestCodec.KIND_TOP, World.ID, epoch, master, image);
            derive(world, TopImage.decode(World.ID, plain), limit, found);
          } catch (CryptoException notThisOne) {
            // Another key's image.
          }
        }
      }
    }
    return found;
  }

  private static void derive(World world, TopImage top, long limit, Set<String> found) {
    long size = top.segmentShape().treeSize();
    for (long segment = 0; segment * size < limit; segment++) {
      if (top.base().contains(segment)) {
        try (Secret root = top.base().leaf(segment)) {
          collect(Forest.ofRoot(World.ID, top.segmentShape(), root), found);
        }
      }
    }
    for (Map.Entry<Long, TopImage.Segment> entry : top.segments().entrySet()) {
      for (byte[] image : world.store.everWritten) {
        try {
          byte[] plain =
              ForestCodec.open(
                  ForestCodec.KIND_SEGMENT,
                  World.ID,
                  entry.getKey(),
                  entry.getValue().key(),
                  image);
          collect(ForestCodec.decode(World.ID, ByteBuffer.wrap(plain)), found);
        } catch (CryptoException notThisOne) {
          // Another key's image.
        }
      }
    }
  }

  private static void collect(Forest forest, Set<String> found) {
    for (long leaf = 0; leaf < forest.fanouts().treeSize(); leaf++) {
      if (forest.contains(leaf)) {
        try (Secret key = forest.leaf(leaf)) {
          found.add(key.use(HexFormat.of()::formatHex));
        }
      }
    }
  }

  /** The same for all leaves, with the slot as it is now. */
  static Set<String> derivableNow(World world) {
    return derivable(world, Arrays.asList(world.sectors.sectors), world.limit());
  }

  /** Returns every text a disk ever held that some derivable key opens. */
  static Set<String> stolen(World world, Disk disk) {
    long limit = disk.everWritten.stream().mapToLong(Disk.Extent::leaf).max().orElse(0) + 1;
    return disk.stolen(derivable(world, Arrays.asList(world.sectors.sectors), limit));
  }
}
