package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rebuilding archives costs, counted at the archives. */
final class RebuildCostTest {
  private static final int ARCHIVES = 16;

  @TempDir Path directory;

  private record Cost(long read, long written) {}

  /** Rebuilds every archive in turn, so that shards of every kind are made again equally often. */
  private Cost rebuildAll(String scheme) {
    long read = 0;
    long written = 0;
    try (SmallVault vault =
        new SmallVault(directory, scheme, ARCHIVES, scheme.replace(':', '-') + ".db")) {
      byte[] content = new byte[3 << 20];
      new Random(1).nextBytes(content);
      vault.put("/one", content);
      vault.put("/two", content);
      Mending mending = vault.mending(vault.index);
      for (int archive = 0; archive < ARCHIVES; archive++) {
        vault.replaceArchive(archive);
        long before = vault.bytesRead();
        RepairReport report = mending.rebuild(archive, Progress.NONE);
        assertEquals(vault.bytesRead() - before, report.bytesRead(), "what the report says");
        read += report.bytesRead();
        written += report.bytesWritten();
      }
      assertTrue(mending.scrub(new ScrubOptions(false), false, Progress.NONE).clean(), scheme);
    }
    return new Cost(read, written);
  }

  @Test
  void localGroupsNearlyHalveWhatARebuildReads() {
    Cost rs = rebuildAll("rs:12+4");
    Cost lrc = rebuildAll("lrc:12+2+2");
    System.out.printf(
        "rebuild of all %d archives, bytes read: rs:12+4 %d, lrc:12+2+2 %d (%.4f);"
            + " written %d and %d%n",
        ARCHIVES, rs.read, lrc.read, (double) lrc.read / rs.read, rs.written, lrc.written);
    assertEquals(rs.written, lrc.written, "both keep as much");
    assertEquals(12 * rs.written, rs.read, "every shard of rs:12+4 takes twelve others");
    // Of 16 shards 14 are in a local group and take 6 others; the two global parities take 12.
    assertEquals((14 * 6 + 2 * 12) * lrc.written / 16, lrc.read);
  }
}
