package dev.kintsugi.core.internal.archive.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ChildJvm;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ReaderLockTest {
  @TempDir Path directory;

  private static String tell(Process other, String what) throws IOException {
    Writer writer = other.outputWriter();
    writer.write(what + "\n");
    writer.flush();
    String answer = other.inputReader().readLine();
    assertNotNull(answer, "the other process has died");
    return answer;
  }

  @Test
  void readersOutliveTheInterruptionOfAnyOfThem() throws Exception {
    Path file = directory.toRealPath().resolve("readers");
    try (ReaderLock first = ReaderLock.open(directory);
        ReaderLock second = ReaderLock.open(directory)) {
      AtomicBoolean interrupted = new AtomicBoolean();
      Process other = ChildJvm.start(ReadersTaker.class, file.toString());
      try {
        // Interrupted while it waits for the lock.
        assertEquals("taken", tell(other, "take"));
        Thread waiting =
            new Thread(
                () -> {
                  first.enter();
                  interrupted.set(Thread.interrupted());
                },
                "reader");
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
          Thread.onSpinWait(); // until it waits; the test's time limit ends this
        }
        waiting.interrupt();
        assertEquals("released", tell(other, "release"));
        waiting.join();
        assertTrue(interrupted.get(), "the interruption is not swallowed");
        // Interrupted before it asks, and before it leaves.
        Thread.currentThread().interrupt();
        second.enter();
        second.leave();
        assertTrue(Thread.interrupted(), "the interruption is not swallowed");
        assertEquals("refused", tell(other, "take"), "the first still reads");
        first.leave();
        assertEquals("taken", tell(other, "take"));
        assertEquals("released", tell(other, "release"));
        // The channel is as good as before.
        assertTrue(second.isQuiet());
        second.enter();
        assertEquals("refused", tell(other, "take"));
        second.leave();
      } finally {
        other.destroyForcibly();
        assertTrue(other.waitFor(20, TimeUnit.SECONDS));
      }
    }
  }

  /** What the lock must not do; should this not hold any more, the test above proves less. */
  @Test
  void aPlainLockOfAnInterruptedThreadClosesTheChannel() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve("other"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Thread.currentThread().interrupt();
      assertThrows(IOException.class, channel::lock);
      assertTrue(Thread.interrupted());
      assertFalse(channel.isOpen());
    }
  }
}
