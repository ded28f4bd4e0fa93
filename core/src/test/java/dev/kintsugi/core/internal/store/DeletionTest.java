package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything that is retired is deleted in the end, by later commits alone. */
@Timeout(300)
final class DeletionTest {
  private static final int FILES = 100;
  private static final int COMMITS = 12;

  @TempDir Path temp;

  private static void fill(Vault vault, String directory) {
    vault.makeDirectory(path(directory), NewAttributes.ofMode(0755));
    for (int i = 0; i < FILES; i++) {
      vault.put(path(directory + "/" + i), Source.of(bytes(i, 100)));
    }
  }

  private static void commitSome(Vault vault) {
    for (int i = 0; i < COMMITS; i++) {
      vault.put(path("/other"), Source.of(bytes(i, 100)));
    }
  }

  private static void assertFewShards(VaultFixture fixture, int archive) throws IOException {
    int left = fixture.shards(archive).size();
    assertTrue(left < 30, "archive " + archive + " still holds " + left + " shards");
  }

  @Test
  void shardsHeldUpByALongReaderAreDeletedBesideThoseOfAnArchiveThatIsAway() throws IOException {
    TroubledArchives troubled = new TroubledArchives();
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 4, troubled)) {
      fixture.create("rs:2+1");
      try (Vault vault = fixture.open()) {
        fill(vault, "/first");
        fill(vault, "/second");
        vault.put(path("/read"), Source.of(bytes(1, 100)));
        troubled.take("c");
        vault.removeTree(path("/first"));
        try (Vault other = fixture.openReadOnly();
            ObjectReader reader = other.openObject(path("/read"))) {
          vault.removeTree(path("/second"));
          commitSome(vault);
          assertEquals(100, reader.attributes().size());
          assertTrue(fixture.shards(0).size() > FILES / 2, "nothing is deleted while it is read");
        }
        commitSome(vault);
        assertFewShards(fixture, 0);
        assertFewShards(fixture, 1);
        assertFewShards(fixture, 3);
        assertTrue(fixture.shards(2).size() > FILES, "nothing is deleted where nothing is reached");
        troubled.bringBack();
        commitSome(vault);
        assertFewShards(fixture, 2);
      }
    }
  }

  @Test
  void aShardThatCannotBeDeletedKeepsNoOthersWaiting() throws IOException {
    TroubledArchives troubled = new TroubledArchives();
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 4, troubled)) {
      fixture.create("rs:2+1");
      try (Vault vault = fixture.open()) {
        fill(vault, "/first");
        assertTrue(fixture.shards(2).size() > FILES, "the control: there is much to be deleted");
        troubled.stickFirst('c');
        vault.removeTree(path("/first"));
        assertTrue(troubled.deletionsAsked() > FILES, "all were tried");
        assertFewShards(fixture, 2);
      }
    }
  }

  @Test
  void anArchiveThatDeletesNothingIsNotAskedForEachOfMany() throws IOException {
    TroubledArchives troubled = new TroubledArchives();
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 4, troubled)) {
      fixture.create("rs:2+1");
      try (Vault vault = fixture.open()) {
        fill(vault, "/first");
        troubled.stickAll('c');
        vault.removeTree(path("/first"));
        assertFewShards(fixture, 0);
        assertTrue(fixture.shards(2).size() > FILES / 2, "the control: nothing is deleted there");
        int asked = troubled.deletionsAsked(); // four times for each shard
        assertTrue(asked <= 40, asked + " requests");
      }
    }
  }
}
