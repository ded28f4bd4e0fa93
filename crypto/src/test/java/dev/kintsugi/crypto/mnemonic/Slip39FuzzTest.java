package dev.kintsugi.crypto.mnemonic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Any text as mnemonics, and mnemonics with right checksums that say anything. */
final class Slip39FuzzTest {
  private static final char[] PASSPHRASE = {};

  @FuzzTest(maxDuration = "1m")
  void textIsStrict(byte[] bytes) {
    List<String> lines = List.of(new String(bytes, StandardCharsets.UTF_8).split("\n"));
    for (String line : lines) {
      try {
        Share share = Share.parse(line);
        assertEquals(
            String.join(" ", line.strip().toLowerCase(Locale.ROOT).split("\\s+")),
            share.mnemonic());
        if (share.header().iterationExponent() > 1) {
          return; // right as it may be, combining takes minutes
        }
      } catch (CryptoException expected) {
        assertFalse(String.valueOf(expected.getMessage()).isEmpty());
      }
    }
    combine(lines);
  }

  /** Each share is five bytes of header and sixteen of value; their number is the first byte's. */
  @FuzzTest(maxDuration = "1m")
  void whatMnemonicsSayIsChecked(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(bytes, 1 + 8 * 21));
    int count = in.get() & 7;
    List<String> mnemonics = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int groupBits = in.get();
      int memberBits = in.get();
      int sizeBits = in.get();
      int groups = (sizeBits & 15) + 1;
      Share.Header header =
          new Share.Header(
              in.get() & 0x7f,
              (in.get() & 1) == 1,
              0,
              Math.min((groupBits >> 4) & 15, groups - 1) + 1,
              groups);
      byte[] value = new byte[16];
      in.get(value);
      Share share =
          new Share(header, groupBits & 15, memberBits & 15, ((memberBits >> 4) & 15) + 1, value);
      Share read = Share.parse(share.mnemonic());
      assertEquals(share.toString(), read.toString());
      assertArrayEquals(value, read.value());
      mnemonics.add(share.mnemonic());
    }
    combine(mnemonics);
  }

  private static void combine(List<String> mnemonics) {
    try (Secret secret = Slip39.combine(mnemonics, PASSPHRASE)) {
      assertTrue(secret.length() >= Slip39.LEAST_LENGTH);
    } catch (CryptoException expected) {
      return;
    }
  }
}
