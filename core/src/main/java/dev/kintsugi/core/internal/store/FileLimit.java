package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.FileTooLargeException;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.store.VaultPath;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How long a file can be: its content record has to fit into one manifest stripe, behind the header
 * of the commit. Knowing this while a file is read saves a transfer that no commit would take.
 *
 * @param scheme the vault's scheme, for messages
 * @param extents the most extents of a file
 * @param extentLength the most bytes of an extent
 */
record FileLimit(String scheme, int extents, int extentLength) {
  /** Returns the limit of a scheme. */
  static FileLimit of(Scheme scheme) {
    int fits = 0;
    int most = ContentRecord.MAX_EXTENTS;
    while (fits < most) {
      int middle = fits + (most - fits + 1) / 2;
      if (fits(scheme, middle)) {
        fits = middle;
      } else {
        most = middle - 1;
      }
    }
    return new FileLimit(scheme.toString(), fits, scheme.capacity());
  }

  private static boolean fits(Scheme scheme, int extents) {
    StripeFill fill = new StripeFill(scheme.dataShards(), scheme.fullShardLength());
    return fill.add(CommitHeader.encodedLength(List.of(RecordKind.CONTENT)))
        && fill.add(ContentRecord.encodedLength(extents));
  }

  /** Returns the most bytes of a file. */
  long bytes() {
    return (long) extents * extentLength;
  }

  /**
   * Refuses a file that is known to be too long.
   *
   * @param size its length in bytes, if it is known
   */
  void check(VaultPath path, OptionalLong size) {
    if (size.isPresent() && size.getAsLong() > bytes()) {
      throw tooLarge(path + " has " + grouped(size.getAsLong()) + " bytes");
    }
  }

  /** Returns the error for a file that has turned out to be too long. */
  FileTooLargeException exceeded(VaultPath path) {
    return tooLarge(path + " is too long");
  }

  private FileTooLargeException tooLarge(String what) {
    return new FileTooLargeException(
        what
            + "; a file in a vault with "
            + scheme
            + " has at most "
            + grouped(bytes())
            + " bytes: store it in parts");
  }

  private static String grouped(long bytes) {
    return String.format(Locale.ROOT, "%,d", bytes);
  }
}
