package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.Path;

/** Counts what a walk finds. What cannot be stored does not count. */
class TreeCount implements LocalTree.Visitor {
  private long files;
  private long directories;
  private long symlinks;
  private long bytes;

  /** Told of everything that counts. */
  void found(VaultPath target, LocalAttributes attributes) {}

  @Override
  public final boolean directory(Path local, VaultPath target, LocalAttributes attributes) {
    directories++;
    found(target, attributes);
    return true;
  }

  @Override
  public final void file(Path local, VaultPath target, LocalAttributes attributes) {
    files++;
    bytes += attributes.size();
    found(target, attributes);
  }

  @Override
  public final void symlink(
      Path local, VaultPath target, byte[] linkTarget, LocalAttributes attributes) {
    symlinks++;
    found(target, attributes);
  }

  @Override
  public void refused(Path local, String reason) {}

  final long bytes() {
    return bytes;
  }

  final boolean any() {
    return files + directories + symlinks > 0;
  }

  @Override
  public final String toString() {
    return PutRun.counts(files, directories, symlinks, bytes);
  }
}
