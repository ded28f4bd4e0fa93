package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.ExtentKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parsers of everything that lies sealed inside stripes, and of the archive marker. */
final class RecordParsersTest {
  /** A structure with a sample, a parser and its writer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Structure(String name, byte[] sample, Function<byte[], byte[]> parser) {
    /** Parses and writes again. */
    byte[] again(byte[] bytes) {
      return parser.apply(bytes);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Structure> structures() {
    return List.of(
        new Structure(
            "commit", Samples.commitHeader().encode(), b -> CommitHeader.decode(b).encode()),
        new Structure("file", Samples.inode().encode(), b -> InodeRecord.decode(b).encode()),
        new Structure("symlink", Samples.symlink().encode(), b -> InodeRecord.decode(b).encode()),
        new Structure("content", Samples.content().encode(), b -> ContentRecord.decode(b).encode()),
        new Structure("marker", Samples.marker().encode(), b -> ArchiveMarker.parse(b).encode()));
  }

  @ParameterizedTest
  @MethodSource("structures")
  void parsingAndWritingGivesTheSameBytes(Structure structure) {
    assertArrayEquals(structure.sample, structure.again(structure.sample));
  }

  @ParameterizedTest
  @MethodSource("structures")
  void everyOtherLengthIsRefused(Structure structure) {
    for (int length = 0; length <= structure.sample.length + 3; length++) {
      if (length != structure.sample.length) {
        byte[] cut = Arrays.copyOf(structure.sample, length);
        assertThrows(FormatException.class, () -> structure.again(cut), "length " + length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("structures")
  void everyFlippedBitIsRefusedOrReadAsSomethingElse(Structure structure) {
    int refused = 0;
    for (int bit = 0; bit < 8 * structure.sample.length; bit++) {
      byte[] flipped = ShardRecordTest.flip(structure.sample, bit);
      try {
        assertArrayEquals(flipped, structure.again(flipped), "bit " + bit + " was ignored");
      } catch (FormatException e) {
        refused++;
      }
    }
    assertTrue(refused >= 48, "magic and version alone give 48 refusals, not " + refused);
  }

  @ParameterizedTest
  @MethodSource("structures")
  void otherVersionsAreUnsupported(Structure structure) {
    byte[] newer = structure.sample.clone();
    ByteBuffer bytes = ByteBuffer.wrap(newer);
    bytes.putShort(4, (short) (bytes.getShort(4) + 1));
    assertThrows(UnsupportedFormatException.class, () -> structure.again(newer));
  }

  /** Whatever the bytes are: a typed error, or a value that is written as exactly these bytes. */
  @ParameterizedTest
  @MethodSource("structures")
  void mutatedBytesNeverDoWorseThanATypedError(Structure structure) {
    long seed = 0x5eed ^ structure.name.hashCode();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = mutate(structure.sample, random);
      try {
        assertArrayEquals(
            bytes, structure.again(bytes), "seed " + seed + ", round " + round + ", not canonical");
      } catch (FormatException expected) {
        assertTrue(expected.toString().contains(": "));
      }
    }
  }

  @Test
  void mutatedShardRecordsNeverDoWorseThanATypedError() {
    long seed = 0x5eed5;
    Random random = new Random(seed);
    byte[] sample = Samples.smallShard();
    try (GroupKeys keys = Samples.keys()) {
      for (int round = 0; round < 20_000; round++) {
        byte[] bytes = mutate(sample, random);
        try {
          ShardRecord record = ShardRecord.parse(bytes, 0, bytes.length);
          boolean intact =
              record.checksumProblem().isEmpty()
                  && record.prefix().open(keys.shards(), Samples.NAME).isPresent();
          assertEquals(Arrays.equals(sample, bytes), intact, "seed " + seed + ", round " + round);
        } catch (FormatException expected) {
          assertTrue(expected.toString().contains(": "));
        }
      }
    }
  }

  @Test
  void countsThatCannotFitAreRefusedBeforeAnythingIsAllocated() {
    byte[] commit = Samples.commitHeader().encode();
    ByteBuffer.wrap(commit).putInt(46, 1 << 22);
    assertTrue(
        assertThrows(FormatException.class, () -> CommitHeader.decode(commit))
            .toString()
            .contains("entries"));
    byte[] content = Samples.content().encode();
    ByteBuffer.wrap(content).putInt(6, 1 << 24);
    assertTrue(
        assertThrows(FormatException.class, () -> ContentRecord.decode(content))
            .toString()
            .contains("extents"));
  }

  @Test
  void extentsOutOfOrderAreRefused() {
    byte[] content = Samples.content().encode();
    ByteBuffer.wrap(content).putLong(10 + 41, (8 << 20) - 1);
    assertThrows(FormatException.class, () -> ContentRecord.decode(content));
  }

  @Test
  void timesOfAnyYearAreKeptToTheNanosecond() {
    for (Instant time :
        List.of(Instant.MIN, Instant.MAX, Instant.EPOCH.minusNanos(1), Instant.EPOCH)) {
      InodeRecord record =
          new InodeRecord(1, Kind.DIRECTORY, 0, 0, 0, 0, time, time, new byte[0], 0, List.of());
      assertEquals(record, InodeRecord.decode(record.encode()));
      assertEquals(time, InodeRecord.decode(record.encode()).modified());
    }
  }

  @Test
  void namesOfEveryLengthAreKeptAndShareFewSealedLengths() {
    try (GroupKeys keys = Samples.keys();
        ExtentKey key = Samples.nameKey(keys)) {
      java.util.Set<Integer> lengths = new java.util.TreeSet<>();
      for (int n = 1; n <= Name.MAX_BYTES; n++) {
        byte[] bytes = new byte[n];
        Arrays.fill(bytes, (byte) 0xff);
        byte[] sealed = NameRecord.seal(key, Name.of(bytes));
        assertArrayEquals(bytes, NameRecord.open(key, sealed).toBytes());
        assertTrue(NameRecord.isSealedLength(sealed.length));
        lengths.add(sealed.length);
      }
      assertEquals(8, lengths.size());
    }
  }

  @Test
  void everyBitOfASealedNameCounts() {
    byte[] sealed = Samples.sealedName("naïve file.txt");
    try (GroupKeys keys = Samples.keys();
        ExtentKey key = Samples.nameKey(keys)) {
      for (int bit = 0; bit < 8 * sealed.length; bit++) {
        byte[] flipped = ShardRecordTest.flip(sealed, bit);
        assertThrows(AuthenticationFailedException.class, () -> NameRecord.open(key, flipped));
      }
    }
  }

  @Test
  void authenticNamesThatAreNoNamesAreFormatErrors() {
    byte[] slash = new byte[32];
    slash[0] = 1;
    slash[1] = '/';
    byte[] none = new byte[32];
    byte[] padded = new byte[64];
    padded[0] = 1;
    padded[1] = 'a';
    byte[] dirty = new byte[32];
    dirty[0] = 1;
    dirty[1] = 'a';
    dirty[31] = 1;
    byte[] cut = new byte[32];
    cut[0] = 40;
    for (byte[] plain : List.of(slash, none, padded, dirty, cut, new byte[0])) {
      assertThrows(FormatException.class, () -> NameRecord.decode(plain));
    }
  }

  static byte[] mutate(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    switch (random.nextInt(5)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
      case 1 -> {
        int at = random.nextInt(bytes.length);
        byte[] run = new byte[Math.min(bytes.length - at, 1 + random.nextInt(8))];
        Arrays.fill(run, (byte) (random.nextBoolean() ? 0xff : 0));
        System.arraycopy(run, 0, bytes, at, run.length);
      }
      case 2 -> {
        int from = random.nextInt(bytes.length);
        int to = random.nextInt(bytes.length);
        int n = random.nextInt(1 + bytes.length - Math.max(from, to));
        System.arraycopy(sample, from, bytes, to, n);
      }
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
    }
    return bytes;
  }
}
