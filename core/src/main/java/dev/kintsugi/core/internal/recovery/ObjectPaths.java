package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.VaultPath;
import java.util.ArrayList;
import java.util.List;

/** Names objects for reports. */
final class ObjectPaths {
  private ObjectPaths() {}

  /** Returns the paths of an inode as text; its number, if no path leads to it. */
  static List<String> of(NamespaceReader names, long ino) {
    List<String> paths = new ArrayList<>();
    try {
      for (VaultPath path : names.pathsOf(ino)) {
        paths.add(path.toString());
      }
    } catch (IntegrityException e) {
      return List.of("inode " + ino + " (its directory is lost)");
    }
    return paths.isEmpty() ? List.of("inode " + ino + " (its name is lost)") : paths;
  }
}
