package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.VaultPath;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses early what a commit would refuse anyway: a path without a parent, a file over a
 * directory. The commit's own checks count; these keep a mistake from costing a transfer.
 */
final class PathGuard {
  private final Function<VaultPath, Optional<Kind>> committed;
  private @Nullable VaultPath knownParent;

  /**
   * Makes a guard.
   *
   * @param committed tells what is at a path in the vault now
   */
  PathGuard(Function<VaultPath, Optional<Kind>> committed) {
    this.committed = committed;
  }

  /**
   * Checks that a file or link may be stored at a path.
   *
   * @param pending batches not yet committed, in the order they will be
   */
  void checkFile(VaultPath path, Collection<Batch> pending) {
    if (path.isRoot()) {
      throw new IsDirectoryException("/ is a directory");
    }
    checkParent(path.parent(), pending);
    if (kindAt(path, pending).filter(kind -> kind == Kind.DIRECTORY).isPresent()) {
      throw new IsDirectoryException(path + " is a directory; remove it first");
    }
  }

  /** Checks that a directory may be made, or be found, at a path. */
  void checkDirectory(VaultPath path, Collection<Batch> pending) {
    if (path.isRoot()) {
      return;
    }
    checkParent(path.parent(), pending);
    if (kindAt(path, pending).filter(kind -> kind != Kind.DIRECTORY).isPresent()) {
      throw new PathExistsException(path + " exists and is not a directory");
    }
  }

  /** Checks the target of a symbolic link. */
  static void checkTarget(byte[] target) {
    if (target.length == 0 || target.length > 4095) {
      throw new InvalidPathException(
          "the target of a symbolic link has 1 to 4095 bytes, not " + target.length);
    }
    for (byte b : target) {
      if (b == 0) {
        throw new InvalidPathException("the target of a symbolic link cannot hold NUL");
      }
    }
  }

  /** Forgets what is known of the vault, because it may have changed. */
  void forget() {
    knownParent = null;
  }

  private void checkParent(VaultPath parent, Collection<Batch> pending) {
    if (parent.isRoot() || parent.equals(knownParent)) {
      return;
    }
    Optional<Kind> kind = kindAt(parent, pending);
    if (kind.isEmpty()) {
      throw new NoSuchPathException("no directory " + parent + "; make it first");
    }
    if (kind.get() != Kind.DIRECTORY) {
      throw new NotDirectoryException(parent + " is not a directory");
    }
    knownParent = parent;
  }

  private Optional<Kind> kindAt(VaultPath path, Collection<Batch> pending) {
    Kind newest = null;
    for (Batch batch : pending) {
      Kind kind = batch.kindAt(path);
      newest = kind == null ? newest : kind;
    }
    return newest == null ? committed.apply(path) : Optional.of(newest);
  }
}
