package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Protects a root secret with a passphrase: Argon2id makes a key, AES-256-GCM seals the secret
 * together with extra bytes.
 *
 * <p>Guarantee: whoever has the record but not the passphrase learns the lengths and the cost
 * parameters only, and every guess costs one run of Argon2id with those parameters. Every field is
 * authenticated. The purpose is part of the record and of the associated data, so that a recovery
 * kit cannot pass for a vault's keyring, nor the other way round.
 *
 * <p>Record, version 1 (all integers big-endian):
 *
 * <pre>{@code
 *  0  4  magic "KTKR"          20 16  Argon2 salt
 *  4  2  version               36  4  length s of the sealed part
 *  6  1  purpose               40  s  sealed part: nonce, ciphertext, tag (Aead)
 *  7  1  key derivation: 1          of: 2 bytes length of the root secret, root secret, extra
 *  8  4  Argon2 memory in KiB  40+s 4  CRC32C of all bytes before
 * 12  4  Argon2 iterations
 * 16  4  Argon2 lanes
 * }</pre>
 *
 * <p>The associated data of the sealed part is bytes 0 to 39. Thread-safe and stateless.
 */
public final class Keyring {
  /** The longest root secret in bytes. */
  public static final int MAX_ROOT_LENGTH = 1024;

  /** The most extra bytes: 16 MiB. */
  public static final int MAX_EXTRA_LENGTH = 16 << 20;

  private static final byte[] MAGIC = "KTKR".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int ARGON2ID = 1;
  private static final int SALT_LENGTH = 16;
  private static final int HEADER_LENGTH = 40;
  private static final int CRC_LENGTH = 4;

  /** What a record is for. */
  public enum Purpose {
    /** The keyring of a vault. */
    VAULT(1, "vault keyring"),
    /** A recovery kit, kept away from the vault. */
    RECOVERY_KIT(2, "recovery kit");

    private final byte code;
    private final String noun;

    Purpose(int code, String noun) {
      this.code = (byte) code;
      this.noun = noun;
    }

    @Override
    public String toString() {
      return noun;
    }
  }

  /**
   * What a record held.
   *
   * @param root the root secret, owned by the caller
   * @param extra the extra bytes, owned by the caller
   * @param parameters the cost the record was sealed with
   */
  // The array is handed over once, not a value to compare.
  @SuppressWarnings("ArrayRecordComponent")
  public record Opened(Secret root, byte[] extra, Argon2Parameters parameters)
      implements AutoCloseable {
    /** Wipes the root secret and the extra bytes. */
    @Override
    public void close() {
      root.close();
      Arrays.fill(extra, (byte) 0);
    }

    @Override
    public String toString() {
      return "Opened[" + root + ", extra " + extra.length + " bytes]";
    }
  }

  private final Purpose purpose;

  /**
   * Creates a keyring for records of one purpose.
   *
   * @param purpose the only purpose it seals and opens
   */
  public Keyring(Purpose purpose) {
    this.purpose = purpose;
  }

  /**
   * Seals a root secret.
   *
   * @param root the secret, 1 to {@value #MAX_ROOT_LENGTH} bytes
   * @param extra bytes sealed with it, such as a list of archives; at most {@value
   *     #MAX_EXTRA_LENGTH}
   * @param passphrase the passphrase, at least one character; it stays the caller's
   * @param parameters the cost
   * @return a record
   * @throws IllegalArgumentException if a length is out of range
   */
  public byte[] seal(Secret root, byte[] extra, char[] passphrase, Argon2Parameters parameters) {
    byte[] salt = RandomBytes.next(SALT_LENGTH);
    checkLength("root secret", root.length(), 1, MAX_ROOT_LENGTH);
    checkLength("extra", extra.length, 0, MAX_EXTRA_LENGTH);
    checkLength("passphrase", passphrase.length, 1, Integer.MAX_VALUE);
    int sealedLength = Short.BYTES + root.length() + extra.length + Aead.OVERHEAD;
    ByteBuffer record = ByteBuffer.allocate(HEADER_LENGTH + sealedLength + CRC_LENGTH);
    record.put(MAGIC).putShort((short) VERSION).put(purpose.code).put((byte) ARGON2ID);
    record.putInt(parameters.memoryKib()).putInt(parameters.iterations());
    record.putInt(parameters.parallelism()).put(salt).putInt(sealedLength);
    byte[] header = Arrays.copyOf(record.array(), HEADER_LENGTH);

    byte[] plain = new byte[sealedLength - Aead.OVERHEAD];
    ByteBuffer body = ByteBuffer.wrap(plain).putShort((short) root.length());
    root.with(body::put);
    body.put(extra);
    try (Secret key = parameters.derive(passphrase, salt, Aead.KEY_LENGTH)) {
      record.put(Aead.seal(key, header, plain));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    record.putInt(crc(record.array()));
    return record.array();
  }

  /**
   * Opens a record.
   *
   * @param record the bytes made by {@link #seal}, no more and no less
   * @param passphrase the passphrase; it stays the caller's
   * @return the content; the caller closes it
   * @throws UnrecognizedRecordException if this is no record of this purpose
   * @throws MalformedRecordException if its lengths or parameters are out of bounds, or its
   *     checksum shows accidental damage; nothing is allocated by claimed lengths and Argon2id is
   *     not run
   * @throws UnsupportedVersionException if version or key derivation are unknown
   * @throws WrongPassphraseException if the passphrase does not open it
   */
  public Opened open(byte[] record, char[] passphrase) {
    Argon2Parameters parameters = parse(record);
    byte[] header = Arrays.copyOf(record, HEADER_LENGTH);
    byte[] salt = Arrays.copyOfRange(record, 20, 20 + SALT_LENGTH);
    byte[] sealed = Arrays.copyOfRange(record, HEADER_LENGTH, record.length - CRC_LENGTH);
    byte[] plain;
    try (Secret key = parameters.derive(passphrase, salt, Aead.KEY_LENGTH)) {
      plain = Aead.open(key, header, sealed);
    } catch (AuthenticationFailedException e) {
      throw new WrongPassphraseException("the passphrase does not open this " + purpose, e);
    }
    try {
      int rootLength = ByteBuffer.wrap(plain).getShort();
      if (rootLength < 1 || rootLength > plain.length - Short.BYTES) {
        throw new MalformedRecordException(
            "root secret of " + rootLength + " bytes in a body of " + plain.length);
      }
      int extraAt = Short.BYTES + rootLength;
      Secret root = Secret.takeOver(Arrays.copyOfRange(plain, Short.BYTES, extraAt));
      return new Opened(root, Arrays.copyOfRange(plain, extraAt, plain.length), parameters);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private Argon2Parameters parse(byte[] record) {
    int least = HEADER_LENGTH + Short.BYTES + Aead.OVERHEAD + CRC_LENGTH;
    ByteBuffer in = ByteBuffer.wrap(record);
    if (record.length < MAGIC.length + Short.BYTES
        || !Arrays.equals(MAGIC, Arrays.copyOf(record, MAGIC.length))) {
      throw new UnrecognizedRecordException("not a " + purpose);
    }
    int version = Short.toUnsignedInt(in.getShort(4));
    if (version != VERSION) {
      throw new UnsupportedVersionException(
          "keyring version " + version + "; this software knows version " + VERSION);
    }
    if (record.length < least || in.getInt(36) != record.length - HEADER_LENGTH - CRC_LENGTH) {
      throw new MalformedRecordException(
          "keyring of " + record.length + " bytes is cut, extended or damaged");
    }
    if (in.getInt(record.length - CRC_LENGTH) != crc(record)) {
      throw new MalformedRecordException("keyring checksum does not match: the record is damaged");
    }
    if (in.get(6) != purpose.code) {
      throw new UnrecognizedRecordException("not a " + purpose + ", but " + nameOf(in.get(6)));
    }
    if (in.get(7) != ARGON2ID) {
      throw new UnsupportedVersionException("unknown key derivation " + in.get(7));
    }
    try {
      return new Argon2Parameters(in.getInt(8), in.getInt(12), in.getInt(16));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("Argon2 parameters out of bounds: " + e.getMessage(), e);
    }
  }

  private static String nameOf(byte code) {
    for (Purpose p : Purpose.values()) {
      if (p.code == code) {
        return "a " + p;
      }
    }
    return "purpose " + code;
  }

  private static int crc(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record, 0, record.length - CRC_LENGTH);
    return (int) crc.getValue();
  }

  private static void checkLength(String name, int length, int least, int most) {
    if (length < least || length > most) {
      throw new IllegalArgumentException(
          name + " (length " + length + ") must be in " + least + ".." + most);
    }
  }
}
