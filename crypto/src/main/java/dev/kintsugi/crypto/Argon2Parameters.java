package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;

/**
 * Cost of turning a passphrase into a key with Argon2id, version 1.3 (RFC 9106).
 *
 * @param memoryKib memory in KiB, at least 8 per lane, at most {@value #MAX_MEMORY_KIB} (1 GiB)
 * @param iterations passes over the memory, 1 to {@value #MAX_ITERATIONS}
 * @param parallelism lanes, 1 to {@value #MAX_PARALLELISM}
 */
public record Argon2Parameters(int memoryKib, int iterations, int parallelism) {
  /** The most memory that is accepted, also from a stored record, in KiB. */
  public static final int MAX_MEMORY_KIB = 1 << 20;

  /** The most passes that are accepted. */
  public static final int MAX_ITERATIONS = 64;

  /** The most lanes that are accepted. */
  public static final int MAX_PARALLELISM = 16;

  /**
   * The most memory times passes that is accepted, in KiB: a stored record cannot stall a reader.
   */
  public static final long MAX_WORK_KIB = 16L << 20;

  /** The default: 64 MiB, three passes, one lane (RFC 9106, section 4, second choice, one lane). */
  public static final Argon2Parameters DEFAULT = new Argon2Parameters(64 << 10, 3, 1);

  /** Checks the bounds. */
  public Argon2Parameters {
    check("parallelism", parallelism, 1, MAX_PARALLELISM);
    check("memoryKib", memoryKib, 8 * parallelism, MAX_MEMORY_KIB);
    check("iterations", iterations, 1, MAX_ITERATIONS);
    if ((long) memoryKib * iterations > MAX_WORK_KIB) {
      throw new IllegalArgumentException(
          "memoryKib (%d) times iterations (%d) must be at most %d"
              .formatted(memoryKib, iterations, MAX_WORK_KIB));
    }
  }

  /**
   * Derives a key.
   *
   * @param passphrase the passphrase; normalized to Unicode NFC and encoded as UTF-8, so that the
   *     same text typed on another system gives the same key; it stays the caller's
   * @param salt random bytes, at least 8
   * @param length bytes wanted, at least 4
   * @return a new secret owned by the caller
   */
  public Secret derive(char[] passphrase, byte[] salt, int length) {
    byte[] utf8 = utf8(passphrase);
    try {
      return Secret.takeOver(argon2id(utf8, salt, new byte[0], new byte[0], length));
    } finally {
      Arrays.fill(utf8, (byte) 0);
    }
  }

  byte[] argon2id(byte[] password, byte[] salt, byte[] secret, byte[] additional, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new org.bouncycastle.crypto.params.Argon2Parameters.Builder(
                org.bouncycastle.crypto.params.Argon2Parameters.ARGON2_id)
            .withVersion(org.bouncycastle.crypto.params.Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(iterations)
            .withParallelism(parallelism)
            .withSalt(salt)
            .withSecret(secret)
            .withAdditional(additional)
            .build());
    byte[] out = new byte[length];
    generator.generateBytes(password, out);
    return out;
  }

  private static byte[] utf8(char[] passphrase) {
    CharBuffer chars = CharBuffer.wrap(passphrase);
    // The usual case makes no String, which could not be wiped.
    CharBuffer normal =
        Normalizer.isNormalized(chars, Normalizer.Form.NFC)
            ? chars
            : CharBuffer.wrap(Normalizer.normalize(chars, Normalizer.Form.NFC));
    ByteBuffer encoded = ByteBuffer.allocate(3 * normal.remaining());
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(normal, encoded, true);
    byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
    Arrays.fill(encoded.array(), (byte) 0);
    return bytes;
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s (%d) must be in %d..%d".formatted(name, value, least, most));
    }
  }
}
