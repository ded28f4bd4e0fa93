package dev.kintsugi.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.KintsugiException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WriteGateTest {
  private final WriteGate gate = new WriteGate(0);
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void nothingIsRunWhileSomethingIsBeingStored() {
    gate.enter();
    assertFalse(gate.quietly(runs::incrementAndGet));
    assertEquals(0, runs.get());
    gate.leave();
    assertTrue(gate.quietly(runs::incrementAndGet));
    assertEquals(1, runs.get());
  }

  @Test
  void anInterruptIsToldAndKept() {
    Thread.currentThread().interrupt();
    assertThrows(KintsugiException.class, () -> gate.quietly(runs::incrementAndGet));
    assertTrue(Thread.interrupted());
    assertEquals(0, runs.get());
  }

  @Test
  void anActionThatFailsLeavesTheGateOpen() {
    assertThrows(
        IllegalStateException.class,
        () ->
            gate.quietly(
                () -> {
                  throw new IllegalStateException();
                }));
    assertTrue(gate.quietly(runs::incrementAndGet));
  }
}
