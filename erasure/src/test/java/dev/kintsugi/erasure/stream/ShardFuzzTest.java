package dev.kintsugi.erasure.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.erasure.ErasureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Any bytes as shard files: a typed error, bounded memory, never more. */
final class ShardFuzzTest {
  /** Makes bytes a header whose magic and checksum are right, so that its fields are read. */
  private static byte[] withChecksum(byte[] bytes) {
    byte[] header = Arrays.copyOf(bytes, Math.max(bytes.length, ShardHeader.BYTES));
    byte[] good = new ShardHeader("rs:2+1", 0, 64, 9, "00".repeat(32), 0).toBytes();
    System.arraycopy(good, 0, header, 0, 12);
    CRC32C crc = new CRC32C();
    crc.update(header, 0, ShardHeader.BYTES - 4);
    ByteBuffer.wrap(header).putInt(ShardHeader.BYTES - 4, (int) crc.getValue());
    return header;
  }

  @FuzzTest(maxDuration = "1m")
  void headersAreStrict(byte[] bytes) {
    checkStrict(bytes);
    checkStrict(withChecksum(bytes));
  }

  private static void checkStrict(byte[] header) {
    ShardHeader parsed;
    try {
      parsed = ShardHeader.parse(header);
    } catch (ShardFormatException expected) {
      return;
    }
    byte[] again = parsed.toBytes();
    if (!Arrays.equals(again, Arrays.copyOf(header, again.length))) {
      throw new AssertionError("a header has two forms");
    }
  }

  @FuzzTest(maxDuration = "1m")
  void directoriesOfAnyFilesAreCheckedOrRefused(byte[] bytes) throws IOException {
    Path directory = Files.createTempDirectory("kintsugi-fuzz");
    try {
      Files.write(directory.resolve("shard-000"), withChecksum(bytes));
      Files.write(directory.resolve("shard-001"), bytes);
      try (ShardSet set = ShardSet.open(directory)) {
        if (set.fileBytes() < 1 << 20) {
          set.check(count -> {});
          set.decode(directory.resolve("out"), count -> {});
        }
      } catch (ErasureException expected) {
        return;
      }
    } finally {
      for (String name : new String[] {"shard-000", "shard-001", "out"}) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.delete(directory);
    }
  }
}
