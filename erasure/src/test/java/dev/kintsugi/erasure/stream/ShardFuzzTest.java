package dev.kintsugi.erasure.stream;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.ErasureException;
import dev.kintsugi.erasure.UndecodableException;
import dev.kintsugi.erasure.audit.Location.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/** Any bytes as shard files: a typed error, or the bytes of the digest; bounded time and memory. */
final class ShardFuzzTest {
  private static final String[] NAMES = {"rs:4+2", "raid6:3", "raid5:3", "lrc:4+2+2"};
  private static final int INDEX_AT = 13;
  private static final int SCHEME_AT = 64;
  private static final int CHECKSUM_AT = ShardHeader.BYTES - Integer.BYTES;

  /** What can happen to a shard file. */
  private enum Harm {
    NONE,
    LOST,
    RENAMED,
    FLIPPED,
    CUT,
    LENGTHENED,
    /** A field of the header is changed, and the header's checksum made right again. */
    HEADER,
    /** A block is changed, and its checksum made right again, but not that of all blocks. */
    BLOCK,
    /** A block is changed, and all checksums made right again. */
    FORGED
  }

  /** Makes the checksum of a header right, so that its fields are read. */
  private static void mendChecksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CHECKSUM_AT);
    ByteBuffer.wrap(header).putInt(CHECKSUM_AT, (int) crc.getValue());
  }

  /** Makes bytes a header whose magic and checksum are right. */
  private static byte[] withChecksum(byte[] bytes) {
    byte[] header = Arrays.copyOf(bytes, Math.max(bytes.length, ShardHeader.BYTES));
    byte[] good = new ShardHeader("rs:2+1", 0, 64, 9, "00".repeat(32), 0).toBytes();
    System.arraycopy(good, 0, header, 0, 12);
    mendChecksum(header);
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
      byte[] mended = withChecksum(bytes);
      Files.write(directory.resolve("shard-000"), mended);
      Files.write(directory.resolve("shard-001"), bytes);
      byte[] sibling = mended.clone();
      sibling[INDEX_AT]++;
      mendChecksum(sibling);
      Files.write(directory.resolve("shard-002"), sibling);
      useAll(directory);
    } finally {
      delete(directory);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void encodedFilesComeBackOrAreRefused(FuzzedDataProvider data) throws IOException {
    Striping striping =
        new Striping(ErasureCodes.parse(data.pickValue(NAMES)), data.consumeInt(1, 40));
    int total = striping.code().totalShards();
    Harm[] harms = new Harm[total];
    int[] places = new int[total];
    int[] values = new int[total];
    boolean[] copied = new boolean[total];
    for (int i = 0; i < total; i++) {
      harms[i] = data.consumeInt(0, 2) == 0 ? data.pickValue(Harm.values()) : Harm.NONE;
      places[i] = data.consumeInt(0, 1 << 16);
      values[i] = data.consumeInt(1, 255);
      copied[i] = data.consumeInt(0, 3) == 0;
    }
    byte[] plain = data.consumeBytes(400);
    Path directory = Files.createTempDirectory("kintsugi-fuzz");
    try {
      ShardFiles.Encoded encoded =
          ShardFiles.encode(
              striping,
              Channels.newChannel(new ByteArrayInputStream(plain)),
              directory,
              false,
              count -> {});
      String digest = HexFormat.of().formatHex(Sha256.create().digest(plain));
      expect(encoded.bytes() == plain.length && encoded.digest().equals(digest), "what was read");
      expect(encoded.files().size() == total, "number of files");
      Map<Path, byte[]> before = contents(directory);
      int harmed = 0;
      boolean isForged = false;
      for (int i = 0; i < total; i++) {
        if (copied[i]) {
          // Sorts before or behind the file, and serves whatever happens to that.
          String name = (places[i] % 2 == 0 ? "copy-" : "zcopy-") + i;
          Files.copy(encoded.files().get(i), directory.resolve(name));
        }
        harm(harms[i], encoded.files().get(i), striping, plain.length, places[i], values[i]);
        // Several headers changed alike may be those of another set that can be decoded.
        boolean isServed = copied[i] && harms[i] != Harm.HEADER;
        harmed += harms[i] == Harm.NONE || harms[i] == Harm.RENAMED || isServed ? 0 : 1;
        // A header of another code may be a set by itself that can be decoded; one with another
        // index makes a duplicate.
        int place = places[i] % CHECKSUM_AT;
        isForged |= harms[i] == Harm.FORGED;
        isForged |= harms[i] == Harm.HEADER && (place == INDEX_AT || place >= SCHEME_AT);
      }
      boolean isSure = harmed <= striping.code().guaranteedLosses() && !isForged;
      boolean isBack = useAll(directory);
      expect(isBack || !isSure, harmed + " harmed shards are too many");
      if (isSure) {
        // Repair made every shard anew, under whatever name, byte for byte as it was.
        Map<Path, byte[]> after = contents(directory);
        for (Map.Entry<Path, byte[]> file : before.entrySet()) {
          expect(
              after.values().stream().anyMatch(bytes -> Arrays.equals(bytes, file.getValue())),
              file.getKey().getFileName() + " is not there again");
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static void harm(
      Harm harm, Path file, Striping striping, int length, int place, int value)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (harm) {
      case NONE -> {}
      case LOST -> Files.delete(file);
      case RENAMED -> Files.move(file, file.resolveSibling("renamed-" + file.getFileName()));
      case FLIPPED -> {
        bytes[place % bytes.length] ^= (byte) value;
        Files.write(file, bytes);
      }
      case CUT -> Files.write(file, Arrays.copyOf(bytes, place % bytes.length));
      case LENGTHENED -> Files.write(file, Arrays.copyOf(bytes, bytes.length + value));
      case HEADER -> {
        bytes[place % CHECKSUM_AT] ^= (byte) value;
        mendChecksum(bytes);
        Files.write(file, bytes);
      }
      case BLOCK, FORGED -> {
        if (length > 0) {
          forge(bytes, striping, length, place, value);
          if (harm == Harm.FORGED) {
            mendSums(bytes, striping, length);
          }
        }
        Files.write(file, bytes);
      }
    }
  }

  /** Changes a byte of a block and makes the checksum of the block right again. */
  private static void forge(byte[] bytes, Striping striping, int length, int place, int value) {
    long stripe = place % striping.stripes(length);
    int block = striping.blockBytes(stripe, length);
    int start = ShardHeader.BYTES + (int) stripe * (striping.unit() + Integer.BYTES);
    bytes[start + place % block] ^= (byte) value;
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int index = bytes[INDEX_AT] & 0xff;
    all.putInt(start + block, ShardHeader.blockChecksum(index, stripe, all.slice(start, block)));
  }

  /** Makes the checksum over the checksums of all blocks right again. */
  private static void mendSums(byte[] bytes, Striping striping, int length) {
    CRC32C sums = new CRC32C();
    int at = ShardHeader.BYTES;
    for (long stripe = 0; stripe < striping.stripes(length); stripe++) {
      at += striping.blockBytes(stripe, length);
      sums.update(bytes, at, Integer.BYTES);
      at += Integer.BYTES;
    }
    ByteBuffer.wrap(bytes).putInt(20, (int) sums.getValue());
    mendChecksum(bytes);
  }

  /**
   * Checks, decodes and repairs what is in a directory.
   *
   * @return whether everything is there and right in the end
   */
  private static boolean useAll(Path directory) throws IOException {
    Path out = directory.resolve("out");
    Map<Path, byte[]> before = contents(directory);
    try (ShardSet set = ShardSet.open(directory)) {
      ShardReport report = set.check(count -> {});
      expect(!report.isSound() || report.location().outcome() == Outcome.CLEAN, "sound, not clean");
      expect(report.lostStripes() == 0 || !report.isSound(), "sound, yet stripes are lost");
      expect(
          report.location().outcome() == Outcome.LOCATED != report.location().shards().isEmpty(),
          "located: " + report.location());
      boolean isDecoded = decode(set, out, report);
      expect(same(before, contents(directory)), "decoding changed shard files");
      ShardSet.Repaired repaired = set.repair(count -> {});
      expect(isDecoded, "repaired what does not decode");
      expect(repaired.written().keySet().equals(bad(repaired.report())), "written: " + repaired);
    } catch (ErasureException e) {
      expect(same(before, contents(directory)), "refused, yet files were written: " + e);
      return false;
    }
    try (ShardSet again = ShardSet.open(directory)) {
      expect(again.check(count -> {}).isSound(), "not sound after it was repaired");
    }
    return true;
  }

  private static Set<Integer> bad(ShardReport report) {
    return report.bad().stream().boxed().collect(Collectors.toSet());
  }

  /** Decodes; returns whether it succeeds. What is written must be what the headers say. */
  private static boolean decode(ShardSet set, Path out, ShardReport report) throws IOException {
    try {
      set.decode(out, count -> {});
      byte[] bytes = Files.readAllBytes(out);
      Files.delete(out);
      expect(report.lostStripes() == 0, "decoded, though stripes are lost");
      expect(bytes.length == set.fileBytes(), "length of the file");
      String digest = HexFormat.of().formatHex(Sha256.create().digest(bytes));
      expect(digest.equals(set.digest()), "digest of the file");
      return true;
    } catch (UndecodableException e) {
      expect(!report.isSound(), "sound, yet " + e);
    } catch (DigestMismatchException e) {
      expect(report.isTamperedWith(), "not tampered with, yet " + e);
    }
    return false;
  }

  private static Map<Path, byte[]> contents(Path directory) throws IOException {
    Map<Path, byte[]> contents = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        contents.put(file, Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private static boolean same(Map<Path, byte[]> one, Map<Path, byte[]> other) {
    return one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(
                file ->
                    Arrays.equals(
                        file.getValue(), Objects.requireNonNull(other.get(file.getKey()))));
  }

  private static void delete(Path directory) throws IOException {
    for (Path file : contents(directory).keySet()) {
      Files.delete(file);
    }
    Files.delete(directory);
  }

  private static void expect(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new AssertionError(otherwise);
    }
  }
}
