package dev.kintsugi.erasure.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.UndecodableException;
import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  private static void encodeAgain(
      Path directory, String scheme, byte[] bytes, boolean replace, int unit) throws IOException {
    ShardFiles.encode(
        new Striping(ErasureCodes.parse(scheme), unit),
        Channels.newChannel(new ByteArrayInputStream(bytes)),
        directory,
        replace,
        count -> {});
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

  /** Returns each finding as its problem and file. */
  private static List<String> named(List<ShardFinding> findings) {
    return findings.stream()
        .map(f -> f.problem() + " " + f.file().map(file -> file.getFileName()).orElse(null))
        .sorted()
        .toList();
  }

  /**
   * Checks, decodes and repairs a directory of raid5:2 without its parity and with two shards 0.
   */
  private void serve(Path directory, byte[] bytes, byte[] shard, List<String> named)
      throws IOException {
    ShardReport report = check(directory);
    assertEquals(named, named(report.findings()));
    assertEquals("located 0", report.location().toString());
    assertFalse(report.isSound());
    assertTrue(report.isDigestRight());
    assertArrayEquals(bytes, decode(directory));
    try (ShardSet set = ShardSet.open(directory)) {
      assertEquals(named, named(set.decode(temp.resolve("decoded"), count -> {})));
    }
    repair(directory);
    assertArrayEquals(shard, Files.readAllBytes(shard(directory, 0)));
    assertArrayEquals(shard, Files.readAllBytes(directory.resolve("copy")));
    assertTrue(check(directory).isSound());
    assertEquals(List.of("DUPLICATE shard-000"), named(check(directory).findings()));
    Files.delete(shard(directory, 2));
  }

  @Test
  void ofTwoFilesOfAShardTheSoundOneServesAndTheDamagedOneIsNamedAndMended() throws IOException {
    byte[] bytes = random(10_000);
    Path directory = encode("two", "raid5:2", 1000, bytes);
    byte[] shard = Files.readAllBytes(shard(directory, 0));
    Path copy = Files.copy(shard(directory, 0), directory.resolve("copy"));
    Files.delete(shard(directory, 2));
    for (Path damaged : List.of(copy, shard(directory, 0))) {
      String name = "DAMAGED " + damaged.getFileName();
      flip(damaged, 2500); // a block
      serve(directory, bytes, shard, List.of(name, "MISSING null"));
      flip(damaged, ShardHeader.BYTES + 1001); // the checksum of a block
      serve(directory, bytes, shard, List.of(name, "MISSING null"));
      Files.write(damaged, Arrays.copyOf(shard, 3000));
      serve(directory, bytes, shard, List.of(name, "MISSING null"));
      Files.write(damaged, Arrays.copyOf(shard, shard.length + 1));
      serve(directory, bytes, shard, List.of(name, "MISSING null"));
      // All checksums but that over the others are right.
      Path other = encode("other " + name, "raid5:2", 1000, Arrays.copyOf(random(10_001), 10_000));
      byte[] mixed = Files.readAllBytes(shard(other, 0));
      System.arraycopy(shard, 0, mixed, 0, ShardHeader.BYTES);
      Files.write(damaged, mixed);
      serve(directory, bytes, shard, List.of(name, "MISSING null"));
    }
    // Each has blocks that the other lacks.
    flip(copy, 200);
    Files.write(shard(directory, 0), Arrays.copyOf(shard, shard.length - 500));
    serve(directory, bytes, shard, List.of("DAMAGED copy", "DAMAGED shard-000", "MISSING null"));
    // The control: neither has the first block.
    flip(copy, 200);
    flip(shard(directory, 0), 300);
    assertEquals(1, check(directory).lostStripes());
    assertThrows(UndecodableException.class, () -> decode(directory));
    assertThrows(UndecodableException.class, () -> repair(directory));
  }

  @Test
  void aForgedFileBesideTheRightOneOfAShardIsFoundAndMended() throws IOException {
    byte[] bytes = random(4 * 1000 * 3);
    Path directory = encode("twins", "rs:4+2", 1000, bytes);
    byte[] shard = Files.readAllBytes(shard(directory, 1));
    Path copy = Files.copy(shard(directory, 1), directory.resolve("copy"));
    forge(copy, 1000, 1, 40);
    ShardReport report = check(directory);
    assertEquals("located 1", report.location().toString());
    assertEquals(List.of("DUPLICATE shard-001", "WRONG copy"), named(report.findings()));
    assertTrue(report.findings().toString().contains("and differs"), report.toString());
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertArrayEquals(shard, Files.readAllBytes(copy));
    assertArrayEquals(shard, Files.readAllBytes(shard(directory, 1)));
  }

  @Test
  void shardsBehindLinksAreMendedWhereTheyAre() throws IOException {
    byte[] bytes = random(1000);
    Path directory = encode("links", "rs:4+2", bytes);
    Path disk = Files.createDirectory(temp.resolve("disk"));
    for (int i : new int[] {1, 5}) {
      Files.move(shard(directory, i), disk.resolve("s" + i));
      Files.createSymbolicLink(shard(directory, i), disk.resolve("s" + i));
    }
    byte[] first = Files.readAllBytes(disk.resolve("s1"));
    byte[] last = Files.readAllBytes(disk.resolve("s5"));
    assertTrue(check(directory).isSound());
    flip(disk.resolve("s1"), 200);
    Files.delete(disk.resolve("s5")); // as if that disk were away
    assertArrayEquals(bytes, decode(directory));
    repair(directory);
    assertTrue(Files.isSymbolicLink(shard(directory, 1)));
    assertArrayEquals(first, Files.readAllBytes(disk.resolve("s1")));
    assertTrue(Files.isSymbolicLink(shard(directory, 5)));
    assertArrayEquals(last, Files.readAllBytes(directory.resolve("shard-005.1")));
    assertTrue(check(directory).isSound());
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
  void forgedParityIsLocatedByTheDigestHoweverMuchOfItThereIs() throws IOException {
    for (String scheme : List.of("raid5:4", "rs:4+3", "lrc:4+2+2")) {
      byte[] bytes = random(4 * 1000 * 2);
      Path directory = encode(scheme.replace(':', '-'), scheme, 1000, bytes);
      List<byte[]> shards = contents(directory);
      String located = "located 4";
      for (int i = 4; i < shards.size(); i++) {
        forge(shard(directory, i), 1000, 1, 30);
        located += i > 4 ? "," + i : "";
      }
      ShardReport report = check(directory);
      assertEquals(located, report.location().toString(), scheme);
      assertFalse(report.isSound(), scheme);
      assertArrayEquals(bytes, decode(directory));
      repair(directory);
      assertArrayEquals(shards.toArray(), contents(directory).toArray(), scheme);
    }
  }

  @Test
  void repairLeavesNoForgedShardBesideOneThatIsKnownToBeWrong() throws IOException {
    byte[] bytes = random(4 * 1000 * 2);
    Path directory = encode("both", "rs:4+2", 1000, bytes);
    List<byte[]> shards = contents(directory);
    byte[] header = Arrays.copyOf(shards.get(3), ShardHeader.BYTES);
    forge(shard(directory, 3), 1000, 0, 30);
    byte[] wrong = Files.readAllBytes(shard(directory, 3));
    System.arraycopy(header, 0, wrong, 0, header.length);
    Files.write(shard(directory, 3), wrong);
    forge(shard(directory, 5), 1000, 0, 40);
    assertEquals("located 3,5", check(directory).location().toString());
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
  void whatWasEncodedLastIsWhatIsDecodedWhateverWasThereBefore() throws IOException {
    byte[] last = random(2000);
    for (String before : List.of("rs:6+3", "rs:4+2", "replicate:9", "rs:2+1")) {
      Path directory = encode(before.replace(':', '-'), before, random(1000));
      byte[] note = "no shard".getBytes(StandardCharsets.US_ASCII);
      Files.write(shard(directory, 200), note);
      encodeAgain(directory, "rs:2+1", last, true, 100);
      assertArrayEquals(last, decode(directory), before);
      assertTrue(check(directory).isSound(), before);
      assertFalse(problems(directory).contains(Problem.FOREIGN), before);
      assertArrayEquals(note, Files.readAllBytes(shard(directory, 200)), "is nobody's shard");
    }
  }

  @Test
  void shardFilesOfACodeWithMoreShardsAreNotRemovedUnasked() throws IOException {
    Path directory = encode("left", "rs:6+3", random(1000));
    for (int i = 0; i < 3; i++) {
      Files.delete(shard(directory, i));
    }
    List<byte[]> before = contents(directory);
    assertThrows(
        FileAlreadyExistsException.class,
        () -> encodeAgain(directory, "rs:2+1", random(9), false, 10));
    assertArrayEquals(before.toArray(), contents(directory).toArray());
  }

  @Test
  void ofSeveralFilesTheOneIsMeantThatCanBeDecodedAndNoneIfSeveralCanBe() throws IOException {
    byte[] bytes = random(1000);
    Path directory = encode("small", "rs:2+1", bytes);
    Path other = encode("large", "rs:6+3", random(1001));
    for (int i = 0; i < 5; i++) {
      Files.copy(shard(other, i), directory.resolve("old" + i));
    }
    assertArrayEquals(bytes, decode(directory), "five of six are not enough");
    Files.copy(shard(other, 5), directory.resolve("old5"));
    String message =
        Objects.requireNonNull(
            assertThrows(ShardFormatException.class, () -> ShardSet.open(directory)).getMessage());
    assertTrue(message.contains("3 of rs:2+1") && message.contains("6 of rs:6+3"), message);
    Files.delete(shard(directory, 0));
    Files.delete(shard(directory, 1));
    assertArrayEquals(random(1001), decode(directory));
  }

  @Test
  void noSetOfShardsIsLocatedWhereStripesAreLost() throws IOException {
    Path directory = encode("lost", "rs:4+2", 100, random(1000));
    for (int i = 0; i < 3; i++) {
      Files.delete(shard(directory, i));
    }
    ShardReport report = check(directory);
    assertEquals(3, report.lostStripes());
    assertEquals("ambiguous", report.location().toString());
    assertEquals("{3, 4, 5}", report.location().unchecked().toString());
    assertEquals("{0, 1, 2}", report.bad().toString());
    flip(shard(directory, 4), ShardHeader.BYTES + 5);
    report = check(directory);
    assertEquals("ambiguous", report.location().toString());
    assertEquals("{0, 1, 2, 4}", report.bad().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"replicate:2", "rs:4+2", "rs:200+55"})
  @Timeout(120)
  void lengthsThatNoFileHasTakeNoTimeAndNoMemory(String scheme) throws IOException {
    Path directory = Files.createDirectory(temp.resolve("huge"));
    int total = ErasureCodes.parse(scheme).totalShards();
    for (int unit : new int[] {1, 8, Striping.MAX_UNIT}) {
      for (long length : new long[] {1L << 40, 1L << 60}) {
        for (int i = 0; i < Math.min(total, 6); i++) {
          ShardHeader header = new ShardHeader(scheme, i, unit, length, "ab".repeat(32), 9);
          Files.write(shard(directory, i), header.toBytes());
        }
        Files.write(shard(directory, 0), new byte[5], StandardOpenOption.APPEND);
        ShardReport report = check(directory);
        assertEquals(report.stripes(), report.lostStripes());
        assertEquals(total, report.bad().cardinality());
        try (ShardSet set = ShardSet.open(directory)) {
          assertEquals(unit == 1 ? 1 : 0, set.heldStripes());
          int memory = set.buffers(set.heldStripes()).blocks()[0].capacity();
          assertEquals(unit == 1 ? 1 : 0, memory, "bytes for a block");
        }
        assertThrows(UndecodableException.class, () -> decode(directory));
        assertThrows(UndecodableException.class, () -> repair(directory));
      }
    }
  }

  @Test
  void stripesBeyondTheEndOfTheLongestShardAreCounted() throws IOException {
    Path directory = encode("short", "rs:4+2", 10, random(400));
    for (int i = 0; i < 6; i++) {
      byte[] bytes = Files.readAllBytes(shard(directory, i));
      int blocks = i < 4 ? 3 : 5;
      Files.write(shard(directory, i), Arrays.copyOf(bytes, ShardHeader.BYTES + 14 * blocks + i));
    }
    ShardReport report = check(directory);
    assertEquals(10, report.stripes());
    assertEquals(7, report.lostStripes());
    List<String> details = report.findings().stream().map(ShardFinding::detail).toList();
    assertTrue(details.get(0).contains("7 of 10 blocks"), details.get(0));
    assertTrue(details.get(0).endsWith("the first is block 3"), details.get(0));
    assertTrue(details.get(5).contains("5 of 10 blocks"), details.get(5));
    assertTrue(details.get(5).endsWith("the first is block 5"), details.get(5));
  }

  @Test
  void aTargetThatIsAShardIsRefused() throws IOException {
    Path directory = encode("target", "rs:2+1", random(100));
    List<byte[]> before = contents(directory);
    try (ShardSet set = ShardSet.open(directory)) {
      assertThrows(
          FileAlreadyExistsException.class, () -> set.decode(shard(directory, 1), count -> {}));
    }
    assertArrayEquals(before.toArray(), contents(directory).toArray());
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsNamed() throws IOException {
    Path directory = encode("place", "rs:2+1", random(100));
    Path none = temp.resolve("none");
    Path file = Files.write(temp.resolve("file"), new byte[1]);
    try (ShardSet set = ShardSet.open(directory)) {
      NoSuchFileException missing =
          assertThrows(NoSuchFileException.class, () -> set.decode(none.resolve("g"), count -> {}));
      assertEquals(none.toString(), missing.getFile());
      NotDirectoryException wrong =
          assertThrows(
              NotDirectoryException.class, () -> set.decode(file.resolve("g"), count -> {}));
      assertEquals(file.toString(), wrong.getFile());
    }
  }

  @Test
  void aWrongNameOfAKernelIsNotTakenForDamage() throws IOException {
    Path directory = encode("kernel", "rs:2+1", random(100));
    System.setProperty(GaloisKernels.PROPERTY, "abacus");
    try {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> ShardSet.open(directory));
      assertTrue(String.valueOf(e.getMessage()).contains("abacus"), e.getMessage());
    } finally {
      System.clearProperty(GaloisKernels.PROPERTY);
    }
    assertTrue(check(directory).isSound());
  }

  @Test
  void namesAreThoseOfShards() {
    assertEquals("shard-254", ShardFiles.name(ShardFiles.MAX_INDEX));
    assertThrows(IllegalArgumentException.class, () -> ShardFiles.name(-1));
    assertThrows(IllegalArgumentException.class, () -> ShardFiles.name(255));
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
            new ShardHeader("rs:4+2", 1, 1, Long.MAX_VALUE, "ab".repeat(32), 9),
            new ShardHeader("replicate:2", 1, 4, Long.MAX_VALUE, "ab".repeat(32), 9),
            new ShardHeader("replicate:2", 1, 65_536, Long.MAX_VALUE, "ab".repeat(32), 9),
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
