package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.junit.jupiter.api.function.Executable;

/** Asserts that bad arguments are named. */
final class Refusals {
  private Refusals() {}

  /** Asserts that the call throws IllegalArgumentException with this text in its message. */
  static void assertRefused(String text, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    String message = Objects.requireNonNull(e.getMessage());
    assertTrue(message.contains(text), message);
  }
}
