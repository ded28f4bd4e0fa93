package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;

/**
 * Who was the last to open a vault for writing, as its archives know it: a control record of
 * {@value #LENGTH} bytes, sealed and bound to the archive it lies on and to the key it lies under.
 *
 * @param generation how many recoveries lie between the lineage and the vault's first, plus one: 1
 *     to 2^63-1
 * @param lineage any 64 bits, made at random when a vault is made or recovered
 * @param claim grows with every writer of a lineage: 1 to 2^63-1
 * @param token any 64 bits, made at random for each claim
 */
public record ArchiveHead(long generation, long lineage, long claim, long token) {
  /** The key of the control record that tells whose the archive is. */
  public static final String HEAD = "head";

  /** The key of the control record that tells who is about to make it theirs. */
  public static final String INTENT = "intent";

  /** Length of a sealed record in bytes. */
  public static final int LENGTH = 66;

  private static final String STRUCTURE = "archive head";
  private static final int MAGIC = 0x4b476864; // "KGhd"
  private static final int VERSION = 1;
  private static final int PLAIN = 32;

  /** Checks the ranges. */
  public ArchiveHead {
    if (generation < 1 || claim < 1) {
      throw new IllegalArgumentException(
          "generation (" + generation + ") and claim (" + claim + ") must be at least 1");
    }
  }

  /**
   * Seals the record.
   *
   * @param key see {@link RootKeys#headKey}
   * @param record {@link #HEAD} or {@link #INTENT}
   * @param archive the archive's id, {@value ArchiveMarker#ID_LENGTH} bytes
   * @return {@value #LENGTH} bytes
   */
  public byte[] seal(Secret key, String record, byte[] archive) {
    byte[] plain =
        ByteBuffer.allocate(PLAIN)
            .putLong(generation)
            .putLong(lineage)
            .putLong(claim)
            .putLong(token)
            .array();
    return kind(record).seal(key, archive, plain);
  }

  /**
   * Opens a record.
   *
   * @param key see {@link RootKeys#headKey}
   * @param record {@link #HEAD} or {@link #INTENT}, whichever it was read from
   * @param archive the id of the archive it was read from
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is anything else but such a record
   * @throws dev.kintsugi.core.IntegrityException if it was not sealed with this key for this place
   */
  public static ArchiveHead open(Secret key, String record, byte[] archive, byte[] bytes) {
    FieldReader in = new FieldReader(STRUCTURE, bytes);
    in.start(MAGIC, VERSION);
    in.bytes("sealed fields", LENGTH - SealedRecord.START);
    in.end();
    byte[] plain = kind(record).open(key, archive, bytes);
    FieldReader fields = new FieldReader(STRUCTURE, plain);
    long generation = fields.u63("generation");
    long lineage = fields.i64("lineage");
    long claim = fields.u63("claim");
    long token = fields.i64("token");
    fields.end();
    if (generation < 1 || claim < 1) {
      throw fields.error("generation or claim", "at least 1", generation + " and " + claim);
    }
    return new ArchiveHead(generation, lineage, claim, token);
  }

  private static SealedRecord kind(String record) {
    return new SealedRecord(STRUCTURE, MAGIC, VERSION, record);
  }
}
