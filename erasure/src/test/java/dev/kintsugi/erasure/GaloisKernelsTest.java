package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class GaloisKernelsTest {
  @Test
  void bestIsTheAvailableKernelOfHighestPriority() {
    GaloisKernels.Entry first =
        GaloisKernels.all().stream().filter(e -> e.kernel().isPresent()).findFirst().orElseThrow();
    assertEquals(first.name(), GaloisKernels.best().name());
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      assertTrue(entry.kernel().isPresent() != entry.reason().isPresent(), entry.toString());
      assertTrue(entry.kernel().isEmpty() || entry.priority() <= first.priority());
    }
  }

  @Test
  void systemPropertyOverridesTheDefault() {
    String before = System.getProperty(GaloisKernels.PROPERTY);
    try {
      System.setProperty(GaloisKernels.PROPERTY, "javareedsolomon");
      assertSame(GaloisKernels.named("javareedsolomon"), GaloisKernels.best());
      System.setProperty(GaloisKernels.PROPERTY, "abacus");
      assertRefused("kernel (abacus) must be one of", GaloisKernels::best);
      assertRefused("javareedsolomon", GaloisKernels::best);
    } finally {
      if (before == null) {
        System.clearProperty(GaloisKernels.PROPERTY);
      } else {
        System.setProperty(GaloisKernels.PROPERTY, before);
      }
    }
  }
}
