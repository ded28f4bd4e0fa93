package dev.kintsugi.core;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts test classes in a virtual machine of their own, to be killed. */
public final class ChildJvm {
  private ChildJvm() {}

  /** Starts {@code main} of a test class on the class path of this test; errors are shown. */
  public static Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(main),
                main.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Returns everything that this virtual machine finds classes in, modules included. */
  private static String classPath(Class<?> main) {
    return String.join(
        File.pathSeparator,
        testClasses(main).toString(),
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path", ""));
  }

  /** Test classes are patched into the module, so that no property names their directory. */
  private static Path testClasses(Class<?> main) {
    URL url = main.getResource(main.getSimpleName() + ".class");
    if (url == null) {
      throw new IllegalStateException("the class file of " + main + " is not found");
    }
    try {
      Path path = Path.of(new URI(url.toString()));
      int depth = main.getName().split("\\.").length;
      return path.getRoot().resolve(path.subpath(0, path.getNameCount() - depth));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("strange location " + url, e);
    }
  }
}
