package dev.kintsugi.erasure.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.UndecodableException;
import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardFilesTest {
  @TempDir Path temp;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private Path encode(String name, String scheme, byte[] bytes) throws IOException {
    return encode(name, scheme, Striping.DEFAULT_UNIT, bytes);
  }

  private Path encode(String name, String scheme, int unit, byte[] bytes) throws IOException {
    Path directory = Files.createDirectory(temp.resolve(name));
    ShardFiles.encode(
        new Striping(ErasureCodes.parse(scheme), unit),
        Channels.newChannel(new ByteArrayInputStream(bytes)),
        directory,
        false,
        count -> {});
    return directory;
  }

  private byte[] decode(Path directory) throws IOException {
    Path out = temp.resolve("decoded");
    try (ShardSet set = ShardSet.open(directory)) {
      set.decode(out, count -> {});
    }
    return Files.readAllBytes(out);
  }

  private static List<Problem> problems(Path directory) throws IOException {
    try (ShardSet set = ShardSet.open(directory)) {
      return set.check(count -> {}).findings().stream().map(ShardFinding::problem).toList();
    }
  }

  private static ShardReport check(Path directory) throws IOException {
    try (ShardSet set = ShardSet.open(directory)) {
      return set.check(count -> {});
    }
  }

  private static void repair(Path directory) throws IOException {
    try (ShardSet set = ShardSet.open(directory)) {
      set.repair(count -> {});
    }
  }

  private static List<byte[]> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<byte[]> contents = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        contents.add(Files.readAllBytes(file));
      }
      return contents;
    }
  }

  private static Path shard(Path directory, int index) {
    return directory.resolve(ShardFiles.name(index));
  }

  private static void flip(Path file, long position) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) position] ^= 0x20;
    Files.write(file, bytes);
  }

  /** Changes bytes of a block and makes its checksum, and that of the header, right again. */
  private static void forge(Path file, int unit, int block, int count) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ShardHeader header = ShardHeader.parse(bytes);
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int start = ShardHeader.BYTES + block * (unit + 4);
    for (int i = 0; i < count; i++) {
      bytes[start + 7 * i] ^= (byte) (i * (2 * header.index() + 1) + 1);
    }
    all.putInt(
        start + unit, ShardHeader.blockChecksum(header.index(), block, all.slice(start, unit)));
    CRC32C sums = new CRC32C();
    for (int at = ShardHeader.BYTES + unit; at < bytes.length; at += unit + 4) {
      sums.update(bytes, at, 4);
    }
    ShardHeader forged =
        new ShardHeader(
            header.scheme(),
            header.index(),
            header.unit(),
            header.fileBytes(),
            header.digest(),
            (int) sums.getValue());
    all.put(0, forged.toBytes());
    Files.write(file, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 3_000_001})
  void everyLossOfFourPlusTwoIsDecodedAndRepairedOrRefused(int length) throws IOException {
    byte[] bytes = random(length);
    Path directory = encode("all", "rs:4+2", bytes);
    List<byte[]> shards = contents(directory);
    assertTrue(check(directory).isSound());
    boolean isRefusedToo = length == 65_537 || Boolean.getBoolean("kintsugi.campaign");
    for (int pattern = 0; pattern < 63; pattern++) {
      if (Integer.bitCount(pattern) > 2 && !isRefusedToo) {
        continue;
      }
      for (int i = 0; i < 6; i++) {
        if ((pattern >> i & 1) != 0) {
          Files.delete(shard(directory, i));
        }
      }
      if (Integer.bitCount(pattern) <= 2) {
        assertArrayEquals(bytes, decode(directory), "lost " + Integer.toBinaryString(pattern));
        assertEquals(pattern == 0, check(directory).isSound());
        repair(directory);
        assertArrayEquals(shards.toArray(), contents(directory).toArray());
      } else if (length > 0) {
        Files.deleteIfExists(temp.resolve("decoded"));
        assertThrows(UndecodableException.class, () -> decode(directory));
        assertThrows(UndecodableException.class, () -> repair(directory));
        assertFalse(Files.exists(temp.resolve("decoded")));
        assertEquals(6 - Integer.bitCount(pattern), contents(directory).size());
      }
      for (int i = 0; i < 6; i++) {
        Files.write(shard(directory, i), shards.get(i));
      }
    }
    try (Stream<Path> files = Files.walk(temp)) {
      assertEquals(
          List.of(),
          files.filter(file -> file.getFileName().toString().startsWith(".")).toList(),
          "nothing temporary is left");
    }
  }

  @Test
  void theNamesOfShardFilesDoNotMatter() throws IOException {
    byte[] bytes = random(100_000);
    Path directory = encode("names", "rs:4+2", bytes);
    Files.move(shard(directory, 0), directory.resolve("zzz"));
    Files.move(shard(directory, 1), shard(directory, 0));
    Files.writeString(directory.resolve("README"), "not a shard");
    assertTrue(check(directory).isSound());
    assertArrayEquals(bytes, decode(directory));
  }

  @Test
  void scatteredDamageOfAllShardsIsMendedBlockByBlock() throws IOException {
    byte[] bytes = random(4 * 1000 * 12);
    Path directory = encode("scattered", "rs:4+2", 1000, bytes);
    List<byte[]> shards = contents(directory);
    for (int block = 0; block < 12; block++) {
      for (int lost = 0; lost < 2; lost++) {
        flip(shard(directory, (block + lost) % 6), ShardHeader.BYTES + block * 1004 + 500);
      }
    }
    assertEquals(6, check(directory).location().shards().cardinality());
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertArrayEquals(shards.toArray(), contents(directory).toArray());
  }

  @Test
  void everyFlippedBitIsFoundAndMended() throws IOException {
    byte[] bytes = random(150);
    Path directory = encode("bits", "rs:2+2", 40, bytes);
    byte[] shard = Files.readAllBytes(shard(directory, 1));
    for (int position = 0; position < shard.length; position++) {
      flip(shard(directory, 1), position);
      ShardReport report = check(directory);
      assertFalse(report.isSound(), "position " + position);
      assertTrue(report.bad().get(1), "position " + position);
      assertEquals(1, report.bad().cardinality());
      assertArrayEquals(bytes, decode(directory));
      repair(directory);
      assertArrayEquals(shard, Files.readAllBytes(shard(directory, 1)), "position " + position);
    }
  }

  @Test
  void everyTruncationIsFoundAndMended() throws IOException {
    byte[] bytes = random(150);
    Path directory = encode("cut", "rs:2+2", 40, bytes);
    byte[] shard = Files.readAllBytes(shard(directory, 2));
    for (int length = 0; length <= shard.length + 1; length++) {
      if (length != shard.length) {
        Files.write(shard(directory, 2), Arrays.copyOf(shard, length));
        assertTrue(problems(directory).contains(Problem.DAMAGED), "length " + length);
        assertArrayEquals(bytes, decode(directory));
        repair(directory);
        assertArrayEquals(shard, Files.readAllBytes(shard(directory, 2)), "length " + length);
      }
    }
  }

  @Test
  void foreignAndDuplicateShardsAreNamedAndLeftAlone() throws IOException {
    byte[] bytes = random(1000);
    Path directory = encode("mine", "rs:4+2", bytes);
    Path other = encode("other", "rs:4+2", random(1001));
    byte[] foreign = Files.readAllBytes(shard(other, 3));
    Files.write(shard(directory, 3), foreign);
    Files.copy(shard(directory, 0), directory.resolve("copy"));
    assertEquals(
        List.of(Problem.DUPLICATE, Problem.FOREIGN, Problem.MISSING),
        problems(directory).stream().sorted(java.util.Comparator.comparing(Enum::name)).toList());
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertArrayEquals(foreign, Files.readAllBytes(shard(directory, 3)));
    assertTrue(check(directory).isSound());
    assertEquals(List.of(Problem.DUPLICATE, Problem.FOREIGN).size(), problems(directory).size());
  }

  @Test
  void aCopyServesWhereTheShardIsDamaged() throws IOException {
    byte[] bytes = random(1000);
    Path directory = encode("copies", "raid5:2", bytes);
    Files.copy(shard(directory, 0), directory.resolve("copy"));
    Files.delete(shard(directory, 2));
    flip(shard(directory, 0), 200);
    assertArrayEquals(bytes, decode(directory));
  }

  @Test
  void shardsWhoseChecksumsWereForgedAreLocatedAndMended() throws IOException {
    byte[] bytes = random(4 * 1000 * 3);
    Path directory = encode("forged", "rs:4+4", 1000, bytes);
    List<byte[]> shards = contents(directory);
    forge(shard(directory, 1), 1000, 1, 40);
    forge(shard(directory, 6), 1000, 2, 50);
    Files.delete(shard(directory, 3));
    ShardReport report = check(directory);
    assertTrue(report.isTamperedWith());
    assertEquals("located 1,6", report.location().toString());
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertArrayEquals(shards.toArray(), contents(directory).toArray());
  }

  @Test
  void forgedShardsThatCannotBeLocatedAreNeverGuessed() throws IOException {
    byte[] bytes = random(4 * 1000);
    Path directory = encode("guess", "rs:4+2", 1000, bytes);
    for (int i = 0; i < 2; i++) {
      forge(shard(directory, i), 1000, 0, 60);
    }
    List<byte[]> before = contents(directory);
    assertEquals("ambiguous", check(directory).location().toString());
    assertThrows(DigestMismatchException.class, () -> decode(directory));
    assertThrows(DigestMismatchException.class, () -> repair(directory));
    assertArrayEquals(before.toArray(), contents(directory).toArray());
    assertFalse(Files.exists(temp.resolve("decoded")));
  }

  @Test
  void aBodyUnderTheHeaderOfAnotherFileIsFound() throws IOException {
    byte[] bytes = random(3000);
    Path directory = encode("body", "rs:4+2", bytes);
    Path other = encode("donor", "rs:4+2", Arrays.copyOf(random(3001), 3000));
    byte[] mixed = Files.readAllBytes(shard(other, 2));
    byte[] own = Files.readAllBytes(shard(directory, 2));
    System.arraycopy(own, 0, mixed, 0, ShardHeader.BYTES);
    Files.write(shard(directory, 2), mixed);
    assertEquals("located 2", check(directory).location().toString());
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertArrayEquals(own, Files.readAllBytes(shard(directory, 2)));
  }

  @Test
  void directoriesWithoutOneSetAreRefused() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertThrows(ShardFormatException.class, () -> ShardSet.open(empty));
    Path half = encode("half", "rs:2+1", random(10));
    Path other = encode("half2", "rs:2+1", random(11));
    Files.delete(shard(half, 2));
    Files.copy(shard(other, 0), half.resolve("x"));
    Files.copy(shard(other, 1), half.resolve("y"));
    assertThrows(ShardFormatException.class, () -> ShardSet.open(half));
    assertThrows(
        FileAlreadyExistsException.class,
        () ->
            ShardFiles.encode(
                new Striping(ErasureCodes.parse("rs:2+1"), 10),
                Channels.newChannel(InputStream.nullInputStream()),
                other,
                false,
                count -> {}));
    assertTrue(check(other).isSound());
  }

  @Test
  void headersThatLieAboutLengthsAreRefusedBeforeMemoryIsTaken() {
    ShardHeader good = new ShardHeader("rs:4+2", 1, 65_536, 7, "ab".repeat(32), 9);
    assertEquals(good, ShardHeader.parse(good.toBytes()));
    for (ShardHeader bad :
        List.of(
            new ShardHeader("rs:4+2", 6, 65_536, 7, "ab".repeat(32), 9),
            new ShardHeader("rs:4+2", 1, 0, 7, "ab".repeat(32), 9),
            new ShardHeader("rs:4+2", 1, -1, 7, "ab".repeat(32), 9),
            new ShardHeader("rs:4+2", 1, Integer.MAX_VALUE, 7, "ab".repeat(32), 9),
            new ShardHeader("rs:4+2", 1, 65_536, -7, "ab".repeat(32), 9),
            new ShardHeader("rs:4+2:vandermonde", 1, 65_536, 7, "ab".repeat(32), 9),
            new ShardHeader("abacus", 1, 65_536, 7, "ab".repeat(32), 9))) {
      assertThrows(ShardFormatException.class, () -> ShardHeader.parse(bad.toBytes()));
    }
    byte[] newer = good.toBytes();
    newer[9] = 2;
    assertThrows(ShardFormatException.class, () -> ShardHeader.parse(newer));
    CRC32C crc = new CRC32C();
    crc.update(newer, 0, 124);
    ByteBuffer.wrap(newer).putInt(124, (int) crc.getValue());
    UnsupportedShardVersionException e =
        assertThrows(UnsupportedShardVersionException.class, () -> ShardHeader.parse(newer));
    assertEquals(2, e.version());
  }

  /** Files written by a released version must stay readable, and the bytes are a contract. */
  @Test
  void shardFilesOfVersionOneAreThoseOfTheGoldenFile() throws IOException {
    byte[] bytes = new byte[1000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 11 + (i >> 5));
    }
    Path directory = encode("golden", "rs:4+2:cauchy", 100, bytes);
    try (InputStream in =
        Objects.requireNonNull(ShardFilesTest.class.getResourceAsStream("shard-v1"))) {
      assertArrayEquals(in.readAllBytes(), Files.readAllBytes(shard(directory, 5)));
    }
  }
}
