package dev.kintsugi.fs;

import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class FakeVaultMountTest extends MountContract {
  @Override
  Vault vaultOf(Path tree, Path scratch) throws IOException {
    FakeVault vault = new FakeVault();
    TestTree.walk(
        tree,
        VaultPath.ROOT,
        new TestTree.Visitor() {
          @Override
          public void directory(VaultPath path, NewAttributes attributes) {
            vault.directory(path, attributes);
          }

          @Override
          public void file(VaultPath path, Path source, NewAttributes attributes)
              throws IOException {
            vault.file(path, Files.readAllBytes(source), attributes);
          }

          @Override
          public void symlink(VaultPath path, byte[] target, NewAttributes attributes) {
            vault.symlink(path, target, attributes);
          }
        });
    return vault;
  }
}
