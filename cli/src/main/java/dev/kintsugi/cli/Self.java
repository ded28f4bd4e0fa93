package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.core.store.NewAttributes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The user who runs this process. */
final class Self {
  private Self() {}

  /** Returns whether root runs this process. */
  static boolean isRoot() {
    LocalAttributes self = attributes();
    return self == null ? "root".equals(System.getProperty("user.name")) : self.uid() == 0;
  }

  /** Returns attributes with a mode and this user as owner. */
  static NewAttributes owned(int mode) {
    LocalAttributes self = attributes();
    return self == null
        ? NewAttributes.ofMode(mode)
        : new NewAttributes(mode, self.uid(), self.gid(), Optional.empty());
  }

  private static @Nullable LocalAttributes attributes() {
    try {
      return LocalAttributes.read(Path.of("/proc/" + ProcessHandle.current().pid()));
    } catch (IOException | UnsupportedOperationException e) {
      return null; // no /proc: the callers have another answer
    }
  }
}
