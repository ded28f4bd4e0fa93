package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Jazzer runs stored inputs in plain runs too, from the resource directory {@code <package>/<class
 * name>Inputs/<method>}, and says nothing if there is none.
 */
final class StoredInputsTest {
  @Test
  void everyFuzzTestHasStoredInputs() throws Exception {
    List<JavaMethod> methods =
        new ClassFileImporter()
            .importPackages("dev.kintsugi.crypto").stream()
                .filter(c -> c.getSimpleName().endsWith("FuzzTest"))
                .flatMap(c -> c.getMethods().stream())
                .filter(m -> m.isAnnotatedWith(FuzzTest.class))
                .toList();
    assertTrue(methods.size() > 10, methods + " were found");
    for (JavaMethod method : methods) {
      Path directory =
          Path.of("src/test/resources")
              .resolve(method.getOwner().getName().replace('.', '/') + "Inputs")
              .resolve(method.getName());
      assertTrue(Files.isDirectory(directory), () -> directory + " is missing");
      try (Stream<Path> inputs = Files.list(directory)) {
        assertTrue(inputs.findAny().isPresent(), () -> directory + " is empty");
      }
    }
  }
}
