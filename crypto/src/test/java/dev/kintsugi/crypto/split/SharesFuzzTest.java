package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Any bytes as share files, shares or splitter names: a typed error, never more. */
final class SharesFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void shareFilesAreStrict(byte[] bytes) throws IOException {
    int half = bytes.length / 2;
    List<ShareFiles.Input> inputs =
        List.of(
            new ShareFiles.Input("a", new ByteArrayInputStream(bytes)),
            new ShareFiles.Input("b", new ByteArrayInputStream(bytes, half, bytes.length - half)));
    try {
      ShareFiles.combine(inputs, OutputStream.nullOutputStream());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void sharesAreStrict(byte[] bytes) {
    int third = bytes.length / 3;
    byte[][] shares = {
      Arrays.copyOf(bytes, third),
      Arrays.copyOfRange(bytes, third, 2 * third),
      Arrays.copyOfRange(bytes, 2 * third, bytes.length)
    };
    try {
      new RobustSplitter(SecretSplitter.parse("shamir:2of3")).combine(shares);
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void namesAreStrict(byte[] bytes) {
    String name = new String(bytes, StandardCharsets.UTF_8);
    for (String prefix : new String[] {"", "shamir:", "xor:", "potshards:", "aont-rs:"}) {
      try {
        SecretSplitter splitter = SecretSplitter.parse(prefix + name);
        assertEquals(splitter, SecretSplitter.parse(splitter.toString()));
      } catch (IllegalArgumentException expected) {
        assertTrue(String.valueOf(expected.getMessage()).contains("must"), expected.getMessage());
      }
    }
  }
}
