package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.core.FormatException;
import java.util.List;
import java.util.function.Function;

/**
 * Any bytes at all: a typed error or a value that is written as exactly these bytes.
 *
 * <p>Plain test runs try the stored inputs; {@code JAZZER_FUZZ=1} searches for more.
 */
final class ParsersFuzzTest {
  private static final List<Function<byte[], byte[]>> PARSERS =
      List.of(
          b -> CommitHeader.decode(b).encode(),
          b -> InodeRecord.decode(b).encode(),
          b -> ContentRecord.decode(b).encode(),
          b -> ArchiveMarker.parse(b).encode());

  @FuzzTest(maxDuration = "1m")
  void recordsAreCanonical(byte[] bytes) {
    for (Function<byte[], byte[]> parser : PARSERS) {
      byte[] again;
      try {
        again = parser.apply(bytes);
      } catch (FormatException expected) {
        continue;
      }
      assertArrayEquals(bytes, again);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void shardRecordsAreStrict(byte[] bytes) {
    try (GroupKeys keys = Samples.keys()) {
      ShardRecord record = ShardRecord.parse(bytes, 0, bytes.length);
      record
          .prefix()
          .open(keys.shards(), Samples.NAME)
          .ifPresent(opened -> record.payloadAuthentic(keys.shards(), opened));
      Object unused = record.checksumProblem();
    } catch (FormatException expected) {
      return;
    }
  }
}
