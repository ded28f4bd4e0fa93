package dev.kintsugi.fs.internal;

import dev.kintsugi.fs.MountException;
import dev.kintsugi.fs.MountException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.ffi.LibraryLoader;
import org.jspecify.annotations.Nullable;

/**
 * Where a machine has what FUSE needs.
 *
 * @param names of the library, in the order in which they are tried
 * @param device of the kernel
 */
public record FuseLibrary(List<String> names, Path device) {
  /** Where Linux has it. */
  public static final FuseLibrary SYSTEM =
      new FuseLibrary(List.of("libfuse.so.2", "fuse"), Path.of("/dev/fuse"));

  /** Copies the list. */
  public FuseLibrary {
    names = List.copyOf(names);
  }

  /**
   * Loads the library.
   *
   * @throws MountException if library or device is missing; the message names the package to
   *     install
   */
  public LibFuse load() {
    String system = System.getProperty("os.name", "");
    if (!system.equals("Linux")) {
      throw new MountException(Reason.MISSING, "mounting needs Linux, this is " + system);
    }
    if (!Files.exists(device)) {
      throw new MountException(
          Reason.MISSING,
          device
              + " is missing: install FUSE (Debian and Ubuntu: apt install fuse) and load the"
              + " kernel's module (modprobe fuse); a container needs the device passed in"
              + " (--device /dev/fuse --cap-add SYS_ADMIN)");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      throw new MountException(
          Reason.MISSING, device + " may not be opened by this user: check its owner and mode");
    }
    @Nullable Throwable last = null;
    for (String name : names) {
      try {
        return LibraryLoader.create(LibFuse.class).failImmediately().load(name);
      } catch (UnsatisfiedLinkError e) {
        last = e;
      }
    }
    throw new MountException(
        Reason.MISSING,
        "the library libfuse 2 (libfuse.so.2) is missing: install it (Debian 12: apt install fuse"
            + " libfuse2; Debian 13, Ubuntu 24.04 and later: apt install fuse3 libfuse2t64); the"
            + " newer libfuse 3 does not stand in for it",
        last);
  }
}
