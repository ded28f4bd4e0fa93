package dev.kintsugi.core.archive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBackendTest extends BackendContract {
  private final String name = "contract-" + UUID.randomUUID();

  @Override
  protected Backend open() throws IOException {
    return MemoryBackend.open(name, true);
  }

  @Override
  protected void vanish() {
    MemoryBackend.drop(name);
  }

  @AfterEach
  void drop() {
    MemoryBackend.drop(name);
  }

  @Test
  void nothingIsMadeUnlessAsked() {
    assertThrows(ArchiveGoneException.class, () -> MemoryBackend.open("never-made", false));
    assertFalse(MemoryBackend.drop("never-made"));
    assertThrows(IllegalArgumentException.class, () -> MemoryBackend.open("", true));
  }
}
