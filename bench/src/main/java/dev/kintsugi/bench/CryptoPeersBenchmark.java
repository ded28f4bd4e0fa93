package dev.kintsugi.bench;

import com.codahale.shamir.Scheme;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.split.Shamir;
import dev.kintsugi.erasure.GaloisKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Shamir 3 of 5 of 1 MiB beside {@code com.codahale:shamir}; the score is operations of 1 MiB per
 * second, and beside {@code gfsplit} and {@code gfcombine} (Debian's {@code libgfshare-bin}) as
 * whole processes on a file of 16 MiB in the directory of temporary files.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CryptoPeersBenchmark {
  private static final int LENGTH = 1 << 20;
  private static final int FILE_MIB = 16;

  private final byte[] secret = RandomBytes.next(LENGTH);
  private final byte[] out = new byte[LENGTH];
  private final Shamir shamir = Shamir.of(3, 5);
  private final Shamir portable = shamir.withKernel(GaloisKernels.named("constant-time"));
  private final byte[][] outShares = new byte[5][LENGTH];
  private final byte[][] shares = three(shamir.split(secret));
  private final Scheme scheme = new Scheme(new SecureRandom(), 5, 3);
  private final Map<Integer, byte[]> theirShares = three(scheme.split(secret));

  /** Keeps shares 1, 3 and 5: those in front combine with coefficients of one. */
  private static byte[][] three(byte[][] all) {
    return new byte[][] {all[0], null, all[2], null, all[4]};
  }

  private static Map<Integer, byte[]> three(Map<Integer, byte[]> all) {
    Map<Integer, byte[]> some = new HashMap<>(all);
    some.keySet().retainAll(List.of(1, 3, 5));
    return some;
  }

  /** A file, its shares, and the programs of libgfshare. */
  @State(Scope.Thread)
  public static class Gfshare {
    private Path directory = Path.of("");
    private List<String> three = List.of();

    /** Splits once, so that there is something to combine. */
    @Setup
    public void prepare() throws IOException, InterruptedException {
      directory = Files.createTempDirectory("gfshare");
      Files.write(directory.resolve("secret"), RandomBytes.next(FILE_MIB * LENGTH));
      split();
      try (Stream<Path> files = Files.list(directory)) {
        three =
            files
                .map(Path::toString)
                .filter(name -> name.matches(".*[.][0-9]{3}"))
                .sorted()
                .limit(3)
                .toList();
      }
    }

    private void split() throws IOException, InterruptedException {
      run(List.of("gfsplit", "-n", "3", "-m", "5", directory.resolve("secret").toString()));
    }

    private void combine() throws IOException, InterruptedException {
      List<String> words = new ArrayList<>(List.of("gfcombine", "-o"));
      words.add(directory.resolve("combined").toString());
      words.addAll(three);
      run(words);
    }

    private static void run(List<String> words) throws IOException, InterruptedException {
      int code = new ProcessBuilder(words).inheritIO().start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(words + " exited with " + code);
      }
    }

    /** Removes the shares of a split, whose numbers are chosen at random. */
    @TearDown(Level.Iteration)
    public void clean() throws IOException {
      for (Path file : files()) {
        String name = file.toString();
        if (name.matches(".*[.][0-9]{3}") && !three.contains(name)) {
          Files.delete(file);
        }
      }
    }

    /** Removes everything. */
    @TearDown
    public void remove() throws IOException {
      for (Path file : files()) {
        Files.delete(file);
      }
      Files.delete(directory);
    }

    private List<Path> files() throws IOException {
      try (Stream<Path> files = Files.list(directory)) {
        return files.toList();
      }
    }
  }

  /** The peer as a whole process. */
  @Benchmark
  @OperationsPerInvocation(FILE_MIB)
  public void gfsplit(Gfshare gfshare) throws IOException, InterruptedException {
    gfshare.split();
  }

  /** The peer as a whole process. */
  @Benchmark
  @OperationsPerInvocation(FILE_MIB)
  public void gfcombine(Gfshare gfshare) throws IOException, InterruptedException {
    gfshare.combine();
  }

  /** Kintsugi, best kernel. */
  @Benchmark
  public byte[][] split() {
    shamir.split(secret, 0, LENGTH, outShares, 0);
    return outShares;
  }

  /** Kintsugi, best kernel. */
  @Benchmark
  public byte[] combine() {
    shamir.combine(shares, 0, out, 0, LENGTH);
    return out;
  }

  /** Kintsugi, plain Java. */
  @Benchmark
  public byte[][] splitPortable() {
    portable.split(secret, 0, LENGTH, outShares, 0);
    return outShares;
  }

  /** Kintsugi, plain Java. */
  @Benchmark
  public byte[] combinePortable() {
    portable.combine(shares, 0, out, 0, LENGTH);
    return out;
  }

  /** The peer. */
  @Benchmark
  public Map<Integer, byte[]> codahaleSplit() {
    return scheme.split(secret);
  }

  /** The peer. */
  @Benchmark
  public byte[] codahaleCombine() {
    return scheme.join(theirShares);
  }
}
