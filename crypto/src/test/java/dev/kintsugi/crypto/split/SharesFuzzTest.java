package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/** Any bytes as share files, shares or splitter names: a typed error, never more. */
final class SharesFuzzTest {
  /** Files one behind the other, each after its length in two bytes; at most eight. */
  private static List<byte[]> files(byte[] bytes) {
    List<byte[]> files = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.remaining() >= Short.BYTES && files.size() < 8) {
      byte[] file = new byte[Math.min(Short.toUnsignedInt(in.getShort()), in.remaining())];
      in.get(file);
      files.add(file);
    }
    return files;
  }

  /** The file with magic number, version and all checksums right, as far as it has records. */
  private static byte[] mended(byte[] file) {
    byte[] bytes = file.clone();
    ByteBuffer out = ByteBuffer.wrap(bytes);
    if (bytes.length < 7) {
      return bytes;
    }
    out.put("KTSS".getBytes(StandardCharsets.US_ASCII)).putShort((short) 1);
    int header = 7 + (out.get() & 0xff) + 2 * 16 + 4 + 1 + 4;
    if (bytes.length < header + 4) {
      return bytes;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, header);
    out.putInt(header, (int) crc.getValue());
    out.position(header + 4);
    for (long number = 0; out.remaining() >= 4; number++) {
      int length = out.getInt();
      int content = length == 0 ? Long.BYTES : length;
      if (content < 0 || out.remaining() < content + 4) {
        break;
      }
      CRC32C record = new CRC32C();
      record.update(
          ByteBuffer.allocate(12).putLong(length == 0 ? ~number : number).putInt(content).array());
      record.update(bytes, out.position(), content);
      out.position(out.position() + content).putInt((int) record.getValue());
    }
    return bytes;
  }

  private static List<ShareFiles.Input> inputs(List<byte[]> files) {
    List<ShareFiles.Input> inputs = new ArrayList<>();
    for (byte[] file : files) {
      inputs.add(new ShareFiles.Input("file " + inputs.size(), new ByteArrayInputStream(file)));
    }
    return inputs;
  }

  private static List<OutputStream> nowhere(int count) {
    return Collections.nCopies(count, OutputStream.nullOutputStream());
  }

  @FuzzTest(maxDuration = "1m")
  void shareFilesAreStrict(byte[] bytes) throws IOException {
    List<byte[]> files = files(bytes);
    List<byte[]> mended = files.stream().map(SharesFuzzTest::mended).toList();
    for (List<byte[]> some : List.of(files, mended)) {
      try {
        ShareFiles.combine(inputs(some), OutputStream.nullOutputStream());
      } catch (CryptoException expected) {
        // What is wrong is refused.
      }
    }
  }

  /** Refreshing and resharing files of any content. */
  @FuzzTest(maxDuration = "1m")
  void maintenanceIsStrict(byte[] bytes) throws IOException {
    List<byte[]> files = files(bytes);
    List<byte[]> mended = files.stream().map(SharesFuzzTest::mended).toList();
    for (List<byte[]> some : List.of(files, mended)) {
      int shares = 0;
      for (byte[] file : some) {
        try {
          SecretSplitter splitter = ShareHeader.read(new ByteArrayInputStream(file)).splitter();
          if (splitter instanceof Shamir && splitter.shares() <= 16) {
            shares = splitter.shares();
          }
        } catch (CryptoException expected) {
          // Not a share, so it names no splitter.
        }
      }
      try {
        ShareMaintenance.refresh(inputs(some), nowhere(shares));
      } catch (CryptoException | IllegalArgumentException expected) {
        assertTrue(
            shares == 0 || expected instanceof CryptoException || mixed(some), () -> "" + expected);
      }
      try {
        ShareMaintenance.reshare(inputs(some), Shamir.of(2, 3), nowhere(3));
      } catch (CryptoException | IllegalArgumentException expected) {
        assertTrue(
            shares == 0 || expected instanceof CryptoException || mixed(some), () -> "" + expected);
      }
    }
  }

  /** Tells whether files are not all of one splitter, so that the outputs may fit another one. */
  private static boolean mixed(List<byte[]> files) throws IOException {
    Set<String> splitters = new HashSet<>();
    for (byte[] file : files) {
      try {
        splitters.add(ShareHeader.read(new ByteArrayInputStream(file)).splitter().toString());
      } catch (CryptoException expected) {
        // Not a share, so it names no splitter.
      }
    }
    return splitters.size() > 1;
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
    for (String prefix :
        new String[] {"", "shamir:", "xor:", "potshards:", "aont-rs:", "krawczyk:"}) {
      try {
        SecretSplitter splitter = SecretSplitter.parse(prefix + name);
        assertEquals(splitter, SecretSplitter.parse(splitter.toString()));
      } catch (IllegalArgumentException expected) {
        assertTrue(String.valueOf(expected.getMessage()).contains("must"), expected.getMessage());
      }
    }
  }
}
