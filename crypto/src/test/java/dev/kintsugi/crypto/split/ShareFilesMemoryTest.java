package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Splits and combines through channels in a virtual machine that has little memory. */
final class ShareFilesMemoryTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    // With all shares of the most there can be, then much more than fits into memory.
    "combine, shamir:20of255, 600000, 192, 0",
    "combine, shamir:3of5, 100000000, 64, 0",
    // Rewriting takes the old shares of a piece, however many new ones there are.
    "reshare, shamir:20of60, 1100000, 160, 0",
    "refresh, shamir:20of255, 600000, 128, 0",
    // The controls: they need what they are given.
    "combine, shamir:20of255, 600000, 96, 1",
    "refresh, shamir:20of255, 600000, 48, 1"
  })
  void memoryIsBounded(String work, String scheme, int length, int mebibytes, int code)
      throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + mebibytes + "m",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                Child.class.getName(),
                work,
                scheme,
                String.valueOf(length),
                temp.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(code, child.waitFor(), output);
  }

  /** Test classes are patched into the module, so that no property names their directory. */
  private static String classPath() {
    String own = ShareFilesMemoryTest.class.getName().replace('.', '/') + ".class";
    String url = String.valueOf(ShareFilesMemoryTest.class.getResource("/" + own));
    return String.join(
        File.pathSeparator,
        Path.of(URI.create(url.substring(0, url.length() - own.length()))).toString(),
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path", ""));
  }

  /** What runs with little memory; it exits with 0 if the secret came back. */
  static final class Child {
    private Child() {}

    /**
     * Splits, then combines or rewrites.
     *
     * @param args what to do, scheme, length, directory
     */
    public static void main(String[] args) throws IOException {
      SecretSplitter splitter = SecretSplitter.parse(args[1]);
      long length = Long.parseLong(args[2]);
      List<FileChannel> files = new ArrayList<>();
      for (int i = 0; i < splitter.shares(); i++) {
        files.add(
            FileChannel.open(
                Path.of(args[3], String.valueOf(i)),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
      }
      ShareFiles.split(splitter, new Numbers(length), files);
      List<ShareFiles.Input> inputs = new ArrayList<>();
      for (FileChannel file : files) {
        inputs.add(new ShareFiles.Input("share", file.position(0)));
      }
      ShareReport report;
      switch (args[0]) {
        case "refresh" -> report = ShareMaintenance.refresh(inputs, sinks(splitter.shares()));
        case "reshare" -> report = ShareMaintenance.reshare(inputs, Shamir.of(2, 255), sinks(255));
        default -> {
          report = ShareFiles.combine(inputs, new SameNumbers());
          if (report.bytes() != length) {
            throw new IllegalStateException(report.toString());
          }
        }
      }
      if (!report.clean()) {
        throw new IllegalStateException(report.toString());
      }
    }

    private static List<OutputStream> sinks(int count) {
      return Stream.generate(OutputStream::nullOutputStream).limit(count).toList();
    }
  }

  private static byte number(long at) {
    return (byte) ((at * 0x9E3779B97F4A7C15L) >>> 56);
  }

  /** A secret that is made as it is read. */
  private static final class Numbers implements ReadableByteChannel {
    private final long length;
    private long at;

    Numbers(long length) {
      this.length = length;
    }

    @Override
    public int read(ByteBuffer into) {
      int count = (int) Math.min(into.remaining(), length - at);
      for (int i = 0; i < count; i++) {
        into.put(number(at++));
      }
      return count == 0 && at == length ? -1 : count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** Takes that secret back, and nothing else. */
  private static final class SameNumbers implements WritableByteChannel {
    private long at;

    @Override
    public int write(ByteBuffer from) {
      int count = from.remaining();
      while (from.hasRemaining()) {
        if (from.get() != number(at)) {
          throw new IllegalStateException("byte " + at + " is another");
        }
        at++;
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
