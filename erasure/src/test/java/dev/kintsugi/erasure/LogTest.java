package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program sees on standard error that uses the library without the vector module. */
final class LogTest {
  /** A program that uses the default kernel several times. */
  public static final class Program {
    private Program() {}

    /** Encodes. */
    public static void main(String[] arguments) {
      for (int i = 0; i < 3; i++) {
        ErasureCodes.parse("rs:2+1").encode(new byte[3][10], 0, 10);
      }
      GaloisKernels.best();
    }
  }

  private static long mentions(String kernel, String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    // Without jnr-ffi there is no isa-l, so that a kernel without tables is the best.
    String classPath =
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).stream()
            .filter(entry -> !entry.contains("jffi"))
            .reduce((a, b) -> a + ":" + b)
            .orElse("");
    String modulePath = System.getProperty("jdk.module.path", "");
    String classes = Path.of("target", "classes") + ":" + Path.of("target", "test-classes");
    for (String entry : modulePath.split(File.pathSeparator, -1)) {
      classes += entry.contains("jffi") ? "" : ":" + entry;
    }
    command.addAll(List.of("-cp", classes + ":" + classPath, Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), text);
    return text.lines().filter(line -> line.contains("kernel " + kernel + " is not")).count();
  }

  @Test
  void everyFasterKernelThatIsMissingIsToldOnce() throws Exception {
    assertEquals(1, mentions("vector"));
    assertEquals(1, mentions("isa-l"));
    assertEquals(0, mentions("vector", "--add-modules=jdk.incubator.vector"));
    assertEquals(0, mentions("portable"));
  }
}
