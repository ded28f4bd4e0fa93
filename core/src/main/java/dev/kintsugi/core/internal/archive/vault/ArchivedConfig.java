package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A vault's configuration as a control record of an archive, so that the root secret and the
 * archives alone give the vault back. Sealed under the configuration key, bound to the archive it
 * lies on, and padded, so that archives show each other neither equal bytes nor how many they are.
 *
 * @param generation see {@link dev.kintsugi.core.internal.format.v1.ArchiveHead}
 * @param claim of the writer that put it there: of two records the one of the higher generation,
 *     then of the higher claim, is newer
 * @param config the configuration
 */
public record ArchivedConfig(long generation, long claim, VaultConfig config)
    implements Comparable<ArchivedConfig> {
  /** The key of the control record. */
  public static final String RECORD = "config";

  private static final String STRUCTURE = "archived configuration";
  private static final int MAGIC = 0x4b476163; // "KGac"
  private static final short VERSION = 1;
  private static final int START = 6;
  private static final int UNIT = 1024;

  /**
   * Seals the record.
   *
   * @param key see {@link dev.kintsugi.core.internal.format.v1.RootKeys#configKey}
   * @param archive the archive's id
   */
  public byte[] seal(Secret key, byte[] archive) {
    byte[] json = VaultConfigJson.encode(config);
    int length = 2 * Long.BYTES + json.length;
    byte[] plain = new byte[(length + UNIT - 1) / UNIT * UNIT];
    Arrays.fill(plain, (byte) ' ');
    ByteBuffer.wrap(plain).putLong(generation).putLong(claim).put(json);
    byte[] sealed = Aead.seal(key, associatedData(archive), plain);
    return ByteBuffer.allocate(START + sealed.length)
        .putInt(MAGIC)
        .putShort(VERSION)
        .put(sealed)
        .array();
  }

  /**
   * Opens a record.
   *
   * @param key see {@link dev.kintsugi.core.internal.format.v1.RootKeys#configKey}
   * @param archive the id of the archive it was read from
   * @throws UnsupportedFormatException if it is of another version
   * @throws FormatException if it is anything else but such a record
   * @throws IntegrityException if it was not sealed with this key for this archive
   */
  public static ArchivedConfig open(Secret key, byte[] archive, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < START || in.getInt() != MAGIC) {
      throw new FormatException(STRUCTURE + ": it does not start as one");
    }
    short version = in.getShort();
    if (version != VERSION) {
      throw new UnsupportedFormatException(
          STRUCTURE + " is of version " + version + "; this program reads version " + VERSION);
    }
    byte[] plain;
    try {
      plain =
          Aead.open(key, associatedData(archive), Arrays.copyOfRange(bytes, START, bytes.length));
    } catch (AuthenticationFailedException e) {
      throw new IntegrityException(
          STRUCTURE + ": it was not sealed by this vault for this archive", e);
    }
    if (plain.length < 2 * Long.BYTES) {
      throw new FormatException(
          STRUCTURE + " has " + plain.length + " bytes, at least 16 expected");
    }
    ByteBuffer fields = ByteBuffer.wrap(plain);
    long generation = fields.getLong();
    long claim = fields.getLong();
    byte[] json = Arrays.copyOfRange(plain, 2 * Long.BYTES, plain.length);
    return new ArchivedConfig(generation, claim, VaultConfigJson.decode(STRUCTURE, json));
  }

  private static byte[] associatedData(byte[] archive) {
    if (archive.length != ArchiveMarker.ID_LENGTH) {
      throw new IllegalArgumentException(
          "archive id (" + archive.length + " bytes) must have " + ArchiveMarker.ID_LENGTH);
    }
    byte[] key = RECORD.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(START + archive.length + key.length)
        .putInt(MAGIC)
        .putShort(VERSION)
        .put(archive)
        .put(key)
        .array();
  }

  @Override
  public int compareTo(ArchivedConfig other) {
    int order = Long.compare(generation, other.generation);
    return order != 0 ? order : Long.compare(claim, other.claim);
  }
}
