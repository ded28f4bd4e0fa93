package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.forest.Crash;
import dev.kintsugi.crypto.forest.Loss;
import dev.kintsugi.crypto.forest.LossyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code accept} said is remembered outlives every loss of power, and never gets less. */
final class FreshnessDurabilityTest {
  private static final byte[] GROUP = new byte[16];
  private static final Secret KEY = Secret.copyOf(new byte[32]);
  private static final DeviceKeys OWNER = new DeviceKeys(KEY);
  private static final GroupKeyState STATE = new GroupKeyChain(GROUP, 10, KEY).state(1);
  private static final Roster FIRST = roster(Optional.empty());
  private static final RosterChain ONE = chain(FIRST);
  private static final RosterChain TWO = ONE.then(roster(Optional.of(FIRST)));
  private static final RosterChain OTHER = chain(roster(Optional.empty()));

  private static Roster roster(Optional<Roster> previous) {
    return Roster.sign(OWNER, previous, STATE, Map.of(OWNER.id(), Role.OWNER));
  }

  private static RosterChain chain(Roster first) {
    return RosterChain.of(first, GROUP, OWNER.id());
  }

  private static boolean refuses(Freshness freshness, RosterChain chain) {
    try {
      freshness.accept(chain);
      return false;
    } catch (AuthenticationFailedException e) {
      return true;
    }
  }

  @Test
  void powerLossAtEveryStepLeavesWhatWasAcceptedBeforeOrThatAndTheNext(@TempDir Path dir)
      throws IOException {
    int deaths = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where = "step " + step + (after ? " done, " : " torn, ") + loss;
          Path root =
              Files.createDirectory(
                  dir.resolve("%d-%s-%d".formatted(Loss.all().indexOf(loss), after, step)));
          LossyDisk disk = new LossyDisk(root);
          Path file = disk.path().resolve("seen");
          try (Freshness freshness = Freshness.open(file, KEY)) {
            freshness.accept(ONE);
            disk.crash.arm(step, after);
            freshness.accept(TWO);
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          disk.restart(loss);
          try (Freshness next = Freshness.open(file, KEY)) {
            assertTrue(refuses(next, OTHER), where + ": forgot everything");
            assertTrue(refuses(next, ONE) || died, where + ": forgot what it accepted last");
            next.accept(TWO);
            assertThrows(AuthenticationFailedException.class, () -> next.accept(ONE), where);
          }
          disk.restart(Loss.EVERYTHING);
          try (Freshness last = Freshness.open(file, KEY)) {
            assertTrue(refuses(last, ONE), where + ": accepted after the loss, and forgotten");
          }
        }
      }
    }
    assertTrue(deaths >= 8 * 10, "only " + deaths + " deaths");
  }
}
