package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An archive's marker: a random id that tells archives apart wherever they are mounted, and a tag
 * by which the vault's key holders recognise their own. Two archives of a vault have nothing in
 * common.
 */
public final class ArchiveMarker {
  /** Key of the control record that holds the marker. */
  public static final String RECORD = "marker";

  /** Length of an archive's id in bytes. */
  public static final int ID_LENGTH = 16;

  /** Length of an encoded marker in bytes. */
  public static final int LENGTH = 38;

  private static final int MAGIC = 0x4b47616d; // "KGam"
  private static final int VERSION = 1;
  private static final int TAG_LENGTH = 16;

  private final byte[] id;
  private final byte[] tag;

  private ArchiveMarker(byte[] id, byte[] tag) {
    this.id = id;
    this.tag = tag;
  }

  /**
   * Makes a marker with a fresh id.
   *
   * @param markerKey see {@link RootKeys#markerKey}
   */
  public static ArchiveMarker create(Secret markerKey) {
    return of(markerKey, RandomBytes.next(ID_LENGTH));
  }

  /**
   * Makes the marker of an id.
   *
   * @param id exactly {@value #ID_LENGTH} bytes
   */
  public static ArchiveMarker of(Secret markerKey, byte[] id) {
    if (id.length != ID_LENGTH) {
      throw new IllegalArgumentException("id (" + id.length + " bytes) must have " + ID_LENGTH);
    }
    return new ArchiveMarker(id.clone(), Prf.of(markerKey, TAG_LENGTH, id));
  }

  /**
   * Parses a marker.
   *
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is anything else but a marker
   */
  public static ArchiveMarker parse(byte[] bytes) {
    FieldReader in = new FieldReader("archive marker", bytes);
    in.start(MAGIC, VERSION);
    byte[] id = in.bytes("archive id", ID_LENGTH);
    byte[] tag = in.bytes("tag", TAG_LENGTH);
    in.end();
    return new ArchiveMarker(id, tag);
  }

  /** Returns the marker's {@value #LENGTH} bytes. */
  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .putInt(MAGIC)
        .putShort((short) VERSION)
        .put(id)
        .put(tag)
        .array();
  }

  /** Returns a copy of the archive's id. */
  public byte[] id() {
    return id.clone();
  }

  /** Returns whether the holder of this key made the marker. */
  public boolean madeWith(Secret markerKey) {
    return MessageDigest.isEqual(tag, Prf.of(markerKey, TAG_LENGTH, id));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ArchiveMarker that
        && Arrays.equals(id, that.id)
        && MessageDigest.isEqual(tag, that.tag);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(id);
  }
}
