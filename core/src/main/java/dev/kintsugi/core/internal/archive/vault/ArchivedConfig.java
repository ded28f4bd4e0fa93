package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.internal.format.v1.SealedRecord;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
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
  private static final int NUMBERS = 2 * Long.BYTES;
  private static final int UNIT = 1024;
  private static final SealedRecord KIND =
      new SealedRecord(STRUCTURE, 0x4b476163, 1, RECORD); // "KGac"

  /**
   * Seals the record.
   *
   * @param key see {@link dev.kintsugi.core.internal.format.v1.RootKeys#configKey}
   * @param archive the archive's id
   */
  public byte[] seal(Secret key, byte[] archive) {
    byte[] json = VaultConfigJson.encode(config);
    byte[] plain = new byte[(NUMBERS + json.length + UNIT - 1) / UNIT * UNIT];
    Arrays.fill(plain, (byte) ' ');
    ByteBuffer.wrap(plain).putLong(generation).putLong(claim).put(json);
    return KIND.seal(key, archive, plain);
  }

  /**
   * Opens a record.
   *
   * @param key see {@link dev.kintsugi.core.internal.format.v1.RootKeys#configKey}
   * @param archive the id of the archive it was read from
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws FormatException if it is anything else but such a record
   * @throws dev.kintsugi.core.IntegrityException if it was not sealed with this key for this
   *     archive
   */
  public static ArchivedConfig open(Secret key, byte[] archive, byte[] bytes) {
    byte[] plain = KIND.open(key, archive, bytes);
    if (plain.length < NUMBERS) {
      throw new FormatException(
          STRUCTURE + " has " + plain.length + " bytes, at least " + NUMBERS + " expected");
    }
    ByteBuffer fields = ByteBuffer.wrap(plain);
    long generation = fields.getLong();
    long claim = fields.getLong();
    byte[] json = Arrays.copyOfRange(plain, NUMBERS, plain.length);
    return new ArchivedConfig(generation, claim, VaultConfigJson.decode(STRUCTURE, json));
  }

  @Override
  public int compareTo(ArchivedConfig other) {
    int order = Long.compare(generation, other.generation);
    return order != 0 ? order : Long.compare(claim, other.claim);
  }
}
