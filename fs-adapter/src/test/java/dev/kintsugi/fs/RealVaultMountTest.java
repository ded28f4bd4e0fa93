package dev.kintsugi.fs;

import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The same tree in a real vault, seen through the mount with archives present and gone. */
final class RealVaultMountTest extends MountContract {
  private @Nullable SixArchives archives;

  @Override
  Vault vaultOf(Path tree, Path scratch) throws IOException {
    SixArchives made = new SixArchives(scratch);
    made.store(tree);
    archives = made;
    return made.openReadOnly();
  }

  @Test
  void everythingIsReadWithTwoArchivesGone() throws IOException {
    SixArchives six = Objects.requireNonNull(archives);
    six.lose(1);
    six.lose(4);
    try {
      Path other = Files.createDirectory(temp.resolve("two gone"));
      try (Vault fresh = six.openReadOnly();
          Mount mounted = Mount.mount(fresh, other, MountOptions.readOnly())) {
        Shell.sh("diff -r --no-dereference \"$1\" \"$2\"", tree, mounted.directory()).expect(0);
      }
    } finally {
      six.bringBack(1);
      six.bringBack(4);
    }
  }
}
