package dev.kintsugi.core.internal.recovery;

import java.io.IOException;

/** What happens when an archive of a {@link SmallVault} is asked for. */
@FunctionalInterface
interface Asked {
  void accept(int archive) throws IOException;
}
