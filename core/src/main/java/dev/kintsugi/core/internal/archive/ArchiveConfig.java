package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.store.ArchiveSpec;
import java.util.HexFormat;

/**
 * An archive as a vault remembers it.
 *
 * @param number what the index calls it, from 0, never reused within a vault
 * @param spec how the user named it
 * @param id the random id in its marker, 32 lower-case hexadecimal digits
 */
public record ArchiveConfig(int number, ArchiveSpec spec, String id) {
  /** Validates number and id. */
  public ArchiveConfig {
    if (number < 0) {
      throw new IllegalArgumentException("archive number (" + number + ") must not be negative");
    }
    if (!id.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("archive id '" + id + "' must be 32 hexadecimal digits");
    }
  }

  /** Returns the configuration of an archive with this marker. */
  public static ArchiveConfig of(int number, ArchiveSpec spec, ArchiveMarker marker) {
    return new ArchiveConfig(number, spec, HexFormat.of().formatHex(marker.id()));
  }

  /** Returns the archive's name. */
  public String name() {
    return spec.name();
  }
}
