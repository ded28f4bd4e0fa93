package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Control records that are sealed: magic (4 bytes), version (2 bytes), then an {@link Aead} record
 * bound to these six bytes, to the archive that it lies on, and to its key there.
 */
public final class SealedRecord {
  /** Bytes in front of the sealed part. */
  static final int START = 6;

  private final String structure;
  private final int magic;
  private final int version;
  private final String record;

  /**
   * Describes a kind of record.
   *
   * @param structure its name in messages
   * @param record the key of the control record
   */
  public SealedRecord(String structure, int magic, int version, String record) {
    this.structure = structure;
    this.magic = magic;
    this.version = version;
    this.record = record;
  }

  /**
   * Seals a record.
   *
   * @param archive the archive's id, {@value ArchiveMarker#ID_LENGTH} bytes
   */
  public byte[] seal(Secret key, byte[] archive, byte[] plain) {
    byte[] sealed = Aead.seal(key, associatedData(archive), plain);
    return ByteBuffer.allocate(START + sealed.length).put(start()).put(sealed).array();
  }

  /**
   * Opens a record.
   *
   * @param archive the id of the archive it was read from
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is of another kind
   * @throws IntegrityException if it was not sealed with this key for this place
   */
  public byte[] open(Secret key, byte[] archive, byte[] bytes) {
    new FieldReader(structure, bytes).start(magic, version);
    try {
      return Aead.open(
          key, associatedData(archive), Arrays.copyOfRange(bytes, START, bytes.length));
    } catch (AuthenticationFailedException e) {
      throw new IntegrityException(
          structure + ": it was not sealed by this vault for this archive", e);
    }
  }

  private byte[] start() {
    return ByteBuffer.allocate(START).putInt(magic).putShort((short) version).array();
  }

  private byte[] associatedData(byte[] archive) {
    if (archive.length != ArchiveMarker.ID_LENGTH) {
      throw new IllegalArgumentException(
          "archive id (" + archive.length + " bytes) must have " + ArchiveMarker.ID_LENGTH);
    }
    byte[] key = record.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(START + ArchiveMarker.ID_LENGTH + key.length)
        .put(start())
        .put(archive)
        .put(key)
        .array();
  }
}
