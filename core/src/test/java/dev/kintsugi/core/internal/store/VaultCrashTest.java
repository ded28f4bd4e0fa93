package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VaultCrashTest {
  private static final int SIZE = 100_000;

  /** Which moments are tried: all of them with {@code -Dkintsugi.crash.stride=1}. */
  private static final int STRIDE = Integer.getInteger("kintsugi.crash.stride", 13);

  @TempDir Path temp;

  private int orphans;

  /** A change, and what the root directory holds after it: names and seeds of contents. */
  private record Step(String name, Change change, Map<String, Long> after) {}

  private interface Change {
    void apply(Vault vault) throws IOException;
  }

  private static List<Step> steps() {
    return List.of(
        new Step(
            "two files in one batch",
            vault -> {
              try (Ingest ingest = vault.ingest((where, attributes, degraded) -> {})) {
                ingest.file(path("/a"), Source.of(bytes(1, SIZE)), NewAttributes.ofMode(0644));
                ingest.file(path("/b"), Source.of(bytes(2, SIZE)), NewAttributes.ofMode(0644));
              }
            },
            Map.of("a", 1L, "b", 2L)),
        new Step(
            "replace",
            vault -> vault.put(path("/a"), Source.of(bytes(3, SIZE))),
            Map.of("a", 3L, "b", 2L)),
        new Step(
            "rename over another", vault -> vault.move(path("/a"), path("/b")), Map.of("b", 3L)),
        new Step("remove", vault -> vault.remove(path("/b")), Map.of()),
        new Step(
            "put again",
            vault -> vault.put(path("/c"), Source.of(bytes(4, SIZE))),
            Map.of("c", 4L)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:2+1", "replicate:3"})
  void whateverStepAProcessEndsAtWhatWasAcknowledgedIsThere(String scheme) throws IOException {
    int crashes = 0;
    for (int at = 1; ; at += STRIDE) {
      CrashPlan plan = new CrashPlan(at);
      Path directory = temp.resolve("v" + at);
      try (VaultFixture fixture = new VaultFixture(directory, 3).create(scheme)) {
        int done = runUntilCrash(fixture, plan);
        if (!plan.crashed()) {
          assertEquals(steps().size(), done);
          break;
        }
        crashes++;
        checkAfterCrash(fixture, done, "crash at step " + at);
      }
    }
    assertTrue(crashes * STRIDE > 60, "only " + crashes + " moments were tried");
    assertTrue(orphans > 0, "no crash left anything behind, so none was a crash");
  }

  /** Returns how many steps were acknowledged. */
  private static int runUntilCrash(VaultFixture fixture, CrashPlan plan) throws IOException {
    VaultStore store = VaultFixture.store(plan.around(Backends::open), plan::around);
    int done = 0;
    try (Unlock unlock = VaultFixture.unlock();
        Vault vault = store.open(fixture.directory, unlock, false)) {
      plan.arm();
      for (Step step : steps()) {
        step.change.apply(vault);
        if (plan.crashed()) {
          // It ended while it tidied up; the step itself may have been acknowledged.
          return done + 1;
        }
        done++;
      }
    } catch (dev.kintsugi.core.KintsugiException e) {
      if (!plan.crashed()) {
        throw e;
      }
    }
    return done;
  }

  private void checkAfterCrash(VaultFixture fixture, int done, String when) throws IOException {
    Map<String, Long> acknowledged = done == 0 ? Map.of() : steps().get(done - 1).after;
    Map<String, Long> next = done == steps().size() ? acknowledged : steps().get(done).after;
    try (Vault vault = fixture.open()) {
      Map<String, Long> found = contents(vault, when);
      assertTrue(
          found.equals(acknowledged) || found.equals(next),
          when + ": " + found + " is neither " + acknowledged + " nor " + next);
      ScrubReport scrub = vault.scrub(new ScrubOptions(false), Progress.NONE);
      orphans += scrub.findings().size();
      List<ShardFinding> wrong =
          scrub.findings().stream()
              .filter(finding -> finding.problem() != ShardFinding.Problem.ORPHAN)
              .toList();
      assertEquals(List.of(), wrong, when);
      assertEquals(List.of(), scrub.unrecoverable(), when);
      vault.put(path("/next"), Source.of(bytes(9, SIZE)));
      assertArrayEquals(bytes(9, SIZE), read(vault, "/next"), when);
      vault.scrub(new ScrubOptions(true), Progress.NONE);
      ScrubReport last = vault.scrub(new ScrubOptions(false), Progress.NONE);
      assertTrue(last.clean(), when + ": " + last.findings());
    }
  }

  private static Map<String, Long> contents(Vault vault, String when) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    for (DirectoryEntry entry : vault.list(path("/"))) {
      byte[] content = read(vault, "/" + entry.name());
      long seed = -1;
      for (long candidate = 1; candidate <= 4; candidate++) {
        if (java.util.Arrays.equals(content, bytes(candidate, SIZE))) {
          seed = candidate;
        }
      }
      assertTrue(seed > 0, when + ": " + entry.name() + " has bytes that nobody stored");
      found.put(entry.name().toString(), seed);
    }
    return found;
  }
}
