package dev.kintsugi.bench;

import dev.kintsugi.crypto.ExtentContext;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.PayloadMac;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.split.RobustSplitter;
import dev.kintsugi.crypto.split.SecretSplitter;
import dev.kintsugi.crypto.split.Shamir;
import dev.kintsugi.erasure.GaloisKernels;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sealing, authenticating and splitting 1 MiB; the score is operations of 1 MiB per second, so that
 * 1000 are 1.05 GB/s of secret.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CryptoBulkBenchmark {
  private static final int LENGTH = 1 << 20;

  private final byte[] secret = RandomBytes.next(LENGTH);
  private final byte[] out = new byte[LENGTH];
  private final byte[] sealed = new byte[(int) ExtentSealer.sealedLength(LENGTH)];
  private final ExtentKey extentKey =
      ExtentKey.derive(
          Secret.random(32), Secret.random(32), new ExtentContext(new byte[16], 1, 2, 3));
  private final Secret key = Secret.random(32);
  private final Shamir shamir = Shamir.of(3, 5);
  private final Shamir portable = shamir.withKernel(GaloisKernels.named("constant-time"));
  private final SecretSplitter xor = SecretSplitter.parse("xor:3");
  private final SecretSplitter aontRs = SecretSplitter.parse("aont-rs:10+4");
  private final RobustSplitter robust = new RobustSplitter(shamir);
  private final byte[][] shares = three(shamir.split(secret));
  private final byte[][] outShares = new byte[5][LENGTH];
  private final byte[][] xorShares = new byte[3][LENGTH];
  private final byte[][] aontShares = new byte[14][aontRs.shareLength(LENGTH)];
  private final byte[][] robustShares = robust.split(secret);
  private long nonce;

  /** Keeps shares 1, 3 and 5: those in front combine with coefficients of one. */
  private static byte[][] three(byte[][] all) {
    return new byte[][] {all[0], null, all[2], null, all[4]};
  }

  /** Seals a whole extent. */
  @Benchmark
  public int sealExtent() {
    return new ExtentSealer(extentKey).sealExtent(secret, 0, LENGTH, sealed, 0);
  }

  /** The bare loop to compare with: the platform's cipher over the same blocks. */
  @Benchmark
  public int bareCipherLoop() throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    SecretKeySpec aes = new SecretKeySpec(new byte[32], "AES");
    int written = 0;
    byte[] iv = new byte[12];
    for (int at = 0; at < LENGTH; at += ExtentSealer.BLOCK_SIZE) {
      iv[0] = (byte) nonce++;
      cipher.init(Cipher.ENCRYPT_MODE, aes, new GCMParameterSpec(128, iv));
      written += cipher.doFinal(secret, at, ExtentSealer.BLOCK_SIZE, sealed, written);
    }
    return written;
  }

  /** Authenticates a payload. */
  @Benchmark
  public byte[] payloadMac() {
    return PayloadMac.compute(key, new byte[18], secret, 0, LENGTH);
  }

  /** Draws random bytes. */
  @Benchmark
  public byte[] randomBytes() {
    RandomBytes.fill(out, 0, LENGTH);
    return out;
  }

  /** Splits with the best constant-time kernel. */
  @Benchmark
  public byte[][] shamirSplit() {
    shamir.split(secret, 0, LENGTH, outShares, 0);
    return outShares;
  }

  /** Combines with the best constant-time kernel. */
  @Benchmark
  public byte[] shamirCombine() {
    shamir.combine(shares, 0, out, 0, LENGTH);
    return out;
  }

  /** Splits with the constant-time kernel in plain Java. */
  @Benchmark
  public byte[][] shamirSplitPortable() {
    portable.split(secret, 0, LENGTH, outShares, 0);
    return outShares;
  }

  /** Combines with the constant-time kernel in plain Java. */
  @Benchmark
  public byte[] shamirCombinePortable() {
    portable.combine(shares, 0, out, 0, LENGTH);
    return out;
  }

  /** Splits with integrity. */
  @Benchmark
  public byte[][] robustSplit() {
    return robust.split(secret);
  }

  /** Combines all five shares with integrity, comparing each. */
  @Benchmark
  public RobustSplitter.Combined robustCombine() {
    return robust.combine(robustShares);
  }

  /** Splits by exclusive-or. */
  @Benchmark
  public byte[][] xorSplit() {
    xor.split(secret, 0, LENGTH, xorShares, 0);
    return xorShares;
  }

  /** Splits by an all-or-nothing transform. */
  @Benchmark
  public byte[][] aontRsSplit() {
    aontRs.split(secret, 0, LENGTH, aontShares, 0);
    return aontShares;
  }
}
