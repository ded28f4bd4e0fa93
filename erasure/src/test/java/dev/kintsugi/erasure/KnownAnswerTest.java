package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers computed by other implementations. */
final class KnownAnswerTest {
  private static final HexFormat HEX = HexFormat.of();

  record Vector(ReedSolomon code, int shardBytes, String rows, List<byte[]> parity) {
    @Override
    public String toString() {
      return code.toString();
    }
  }

  static Stream<Vector> vectors() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            KnownAnswerTest.class.getResourceAsStream("reed-solomon.json"), "reed-solomon.json")) {
      List<Vector> vectors = new ArrayList<>();
      for (JsonNode node : new ObjectMapper().readTree(in).get("vectors")) {
        Construction construction =
            switch (node.get("construction").asText()) {
              case "backblaze-vandermonde" -> Construction.VANDERMONDE;
              case "isal-cauchy1" -> Construction.CAUCHY;
              case "isal-rs" -> Construction.POWERS;
              default -> throw new IOException("unknown construction in " + node);
            };
        StringBuilder rows = new StringBuilder();
        node.get("parityRows").forEach(row -> rows.append(row.asText()));
        List<byte[]> parity = new ArrayList<>();
        node.get("parityShards").forEach(shard -> parity.add(HEX.parseHex(shard.asText())));
        vectors.add(
            new Vector(
                ReedSolomon.of(node.get("data").asInt(), node.get("parity").asInt(), construction),
                node.get("shardBytes").asInt(),
                rows.toString(),
                parity));
      }
      assertEquals(31, vectors.size());
      return vectors.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void everyKernelMakesTheKnownParity(Vector vector) {
    assertEquals(vector.rows(), HEX.formatHex(vector.code().parityMatrix()));
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      if (entry.kernel().isEmpty()) {
        continue;
      }
      ErasureCode code = vector.code().withKernel(entry.kernel().get());
      byte[][] shards = new byte[code.totalShards()][vector.shardBytes()];
      for (int i = 0; i < code.dataShards(); i++) {
        for (int j = 0; j < vector.shardBytes(); j++) {
          shards[i][j] = (byte) (31 * i + 17 * j + 7 * i * j + 1);
        }
      }
      code.encode(shards, 0, vector.shardBytes());
      for (int r = 0; r < code.parityShards(); r++) {
        assertArrayEquals(
            vector.parity().get(r), shards[code.dataShards() + r], entry.name() + " parity " + r);
      }
      assertTrue(code.verify(shards, 0, vector.shardBytes()));
    }
  }

  @Test
  void reproducesTheOwnTestOfJavaReedSolomon() {
    byte[][] shards = {
      {0, 1}, {4, 5}, {2, 3}, {6, 7}, {8, 9}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}
    };
    ReedSolomon.of(5, 5).encode(shards, 0, 2);
    byte[][] parity = {{12, 13}, {10, 11}, {14, 15}, {90, 91}, {94, 95}};
    assertArrayEquals(parity, Arrays.copyOfRange(shards, 5, 10));
  }
}
