package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.format.v1.ContentRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An object cut at its extents; what none covers is zeros. */
final class ObjectParts implements ReadAheadInput.Parts {
  private static final int LONGEST_HOLE = 1 << 20;

  /**
   * A part.
   *
   * @param extent the index of its extent, or -1 for zeros
   * @param zeros how many zeros
   */
  private record Part(int extent, int zeros) {}

  private final StoredObject object;
  private final List<Part> parts = new ArrayList<>();

  /**
   * Cuts an object.
   *
   * @param object is closed with the parts
   */
  ObjectParts(StoredObject object) {
    this.object = object;
    long at = 0;
    for (int i = 0; i < object.extents().size(); i++) {
      ContentRecord.Extent extent = object.extents().get(i);
      addHole(extent.offset() - at);
      parts.add(new Part(i, 0));
      at = extent.end();
    }
    addHole(object.attributes().size() - at);
  }

  private void addHole(long length) {
    for (long left = length; left > 0; left -= LONGEST_HOLE) {
      parts.add(new Part(-1, (int) Math.min(left, LONGEST_HOLE)));
    }
  }

  @Override
  public int count() {
    return parts.size();
  }

  @Override
  public byte[] fetch(int part, byte @Nullable [] spare) {
    Part wanted = parts.get(part);
    return wanted.extent < 0 ? new byte[wanted.zeros] : object.readExtent(wanted.extent, spare);
  }

  @Override
  public void close() {
    object.close();
  }
}
