package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Every structure of the format has exactly the bytes that were released.
 *
 * <p>{@code -Dkintsugi.golden.out=DIR} writes the files of a new structure there instead, and
 * fails.
 */
final class GoldenFilesTest {
  private static final @Nullable String OUT = System.getProperty("kintsugi.golden.out");

  @AfterEach
  void failUnlessCompared() {
    assertEquals(null, OUT, "files were written instead of compared");
  }

  @Test
  void smallShardRecordHasItsGoldenBytes() {
    golden("shard-small", Samples.smallShard());
  }

  @Test
  void maskedShardRecordHasItsGoldenBytes() {
    golden("shard-masked", Samples.maskedShard());
  }

  @Test
  void largeShardRecordHasItsGoldenPrefixAndTrailer() {
    byte[] record = Samples.largeShard();
    int payload = 2 * ShardRecord.CHUNK + 1000;
    golden("shard-large-prefix", java.util.Arrays.copyOf(record, ShardPrefix.LENGTH));
    golden(
        "shard-large-trailer",
        java.util.Arrays.copyOfRange(record, ShardPrefix.LENGTH + payload, record.length));
  }

  @Test
  void commitHeaderHasItsGoldenBytes() {
    byte[] plain = Samples.commitHeader().encode();
    golden("commit-header", plain);
    assertEquals(Samples.commitHeader(), CommitHeader.decode(read("commit-header")));
    assertEquals(
        plain.length,
        CommitHeader.encodedLength(
            Samples.commitHeader().entries().stream().map(CommitHeader.Entry::kind).toList()));
    try (GroupKeys keys = Samples.keys();
        ExtentKey key = keys.commitHeaderKey(Samples.VAULT, Samples.STRIPE)) {
      golden("commit-header-sealed", new ExtentSealer(key).sealExtent(plain));
    }
  }

  @Test
  void inodeRecordsHaveTheirGoldenBytes() {
    golden("inode-file", Samples.inode().encode());
    golden("inode-symlink", Samples.symlink().encode());
    assertEquals(Samples.inode(), InodeRecord.decode(read("inode-file")));
    assertEquals(Samples.symlink(), InodeRecord.decode(read("inode-symlink")));
    assertNotEquals(Samples.symlink(), Samples.inode());
  }

  @Test
  void contentRecordHasItsGoldenBytes() {
    golden("content", Samples.content().encode());
    assertEquals(Samples.content(), ContentRecord.decode(read("content")));
  }

  @Test
  void sealedNameHasItsGoldenBytes() {
    golden("name-sealed", Samples.sealedName("naïve file.txt"));
    try (GroupKeys keys = Samples.keys();
        ExtentKey key = Samples.nameKey(keys)) {
      assertEquals(Name.of("naïve file.txt"), NameRecord.open(key, read("name-sealed")));
    }
  }

  @Test
  void archiveMarkerHasItsGoldenBytes() {
    golden("archive-marker", Samples.marker().encode());
    ArchiveMarker parsed = ArchiveMarker.parse(read("archive-marker"));
    try (Secret root = Samples.root();
        Secret key = RootKeys.markerKey(root);
        Secret other = RootKeys.configKey(root)) {
      assertTrue(parsed.madeWith(key));
      assertEquals(false, parsed.madeWith(other), "a marker of another vault is not ours");
    }
  }

  @Test
  void theArchiveHeadOfTheGoldenFileIsOpened() {
    byte[] archive = Samples.bytes(0x60, 16);
    try (Secret root = Samples.root();
        Secret key = RootKeys.headKey(root)) {
      if (OUT != null) { // its nonce is random
        golden("archive-head", Samples.head().seal(key, ArchiveHead.HEAD, archive));
        return;
      }
      byte[] golden = read("archive-head");
      assertEquals(Samples.head(), ArchiveHead.open(key, ArchiveHead.HEAD, archive, golden));
    }
  }

  @Test
  void nameHashHasItsGoldenBytes() {
    try (GroupKeys keys = Samples.keys()) {
      golden("name-hash", keys.nameHash(1, "name".getBytes(StandardCharsets.US_ASCII)));
    }
  }

  private static void golden(String name, byte[] actual) {
    if (OUT != null) {
      try {
        String hex = BaseEncoding.base16().lowerCase().withSeparator("\n", 64).encode(actual);
        Files.createDirectories(Path.of(OUT));
        Files.writeString(Path.of(OUT, name + ".hex"), hex + "\n");
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return;
    }
    assertArrayEquals(read(name), actual, name + ".hex");
  }

  private static byte[] read(String name) {
    try (InputStream in = GoldenFilesTest.class.getResourceAsStream("golden/" + name + ".hex")) {
      assertTrue(in != null, name + ".hex is missing");
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII).replace("\n", "");
      return BaseEncoding.base16().lowerCase().decode(hex);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
