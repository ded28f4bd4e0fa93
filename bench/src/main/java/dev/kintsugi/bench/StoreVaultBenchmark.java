package dev.kintsugi.bench;

import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.RandomBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Put and get through the public interface: one file in a vault of {@code rs:4+2} over six {@code
 * file:} archives under the directory of temporary files, index and commits included. Milliseconds
 * a file; a put is durable on all archives when it returns.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(1)
@State(Scope.Benchmark)
public class StoreVaultBenchmark {
  private static final VaultPath PATH = VaultPath.parse("/file");

  /** Size of the file in MiB. */
  @Param({"1", "256"})
  public int mebibytes = 1;

  private byte[] content = new byte[0];
  private @Nullable Path directory;
  private @Nullable Vault vault;

  /** Makes a vault with the file in it. */
  @Setup(Level.Trial)
  public void setUp() throws IOException {
    content = RandomBytes.next(mebibytes << 20);
    Path place = Files.createTempDirectory("kintsugi-benchmark");
    directory = place;
    List<ArchiveSpec> archives = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      archives.add(ArchiveSpec.of("a" + i, "file:" + place.resolve("archive" + i)));
    }
    try (Unlock unlock = Unlock.passphrase("benchmark".toCharArray())) {
      Vault.create(
          place.resolve("vault"), VaultOptions.of(archives, VaultOptions.DEFAULT_SCHEME), unlock);
      vault = Vault.open(place.resolve("vault"), unlock);
    }
    put();
  }

  /** Deletes everything. */
  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    if (vault != null) {
      vault.close();
    }
    if (directory != null) {
      delete(directory);
    }
  }

  private Vault vault() {
    if (vault == null) {
      throw new IllegalStateException("set-up was not run");
    }
    return vault;
  }

  /** Stores the file, replacing the one before. */
  @Benchmark
  public void put() {
    Object unused = vault().put(PATH, Source.of(content));
  }

  /** Reads the file from start to end. */
  @Benchmark
  public long get() throws IOException {
    try (InputStream in = vault().get(PATH)) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
