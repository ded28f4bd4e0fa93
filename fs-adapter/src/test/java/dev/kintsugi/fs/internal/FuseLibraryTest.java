package dev.kintsugi.fs.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.fs.MountException;
import dev.kintsugi.fs.MountException.Reason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FuseLibraryTest {
  @Test
  void aMissingLibraryIsNamedWithItsPackage() {
    assertMissing(
        new FuseLibrary(List.of("libfuse-of-another-world.so.2"), Path.of("/dev/null")),
        "libfuse2");
  }

  @Test
  void aMissingDeviceIsNamedWithItsPackage() {
    assertMissing(
        new FuseLibrary(List.of("libfuse.so.2"), Path.of("/dev/no-fuse")), "apt install fuse");
  }

  private static void assertMissing(FuseLibrary library, String hint) {
    MountException missing = assertThrows(MountException.class, library::load);
    assertEquals(Reason.MISSING, missing.reason());
    assertTrue(missing.toString().contains(hint), missing.toString());
  }
}
