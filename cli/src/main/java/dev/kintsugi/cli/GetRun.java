package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.cli.local.Restorer;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Restores trees from a vault, several files at a time. What cannot be restored is named, and the
 * rest goes on. Directories get their attributes last, so that writing into them does not change
 * their times.
 */
final class GetRun implements AutoCloseable {
  private static final int THREADS =
      Math.min(8, Math.max(2, Runtime.getRuntime().availableProcessors()));
  private static final int BUFFER = 1 << 18;

  private record Dated(Path path, VaultPath source, Attributes attributes) {}

  private final Vault vault;
  private final Restorer restorer;
  private final Console console;
  private final Interruption interruption;
  private final Outcome outcome;
  private final Meter meter;
  private final ExecutorService threads;
  private final Semaphore room = new Semaphore(4 * THREADS);
  private final Deque<Dated> directoriesDone = new ArrayDeque<>();
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong directories = new AtomicLong();
  private final AtomicLong symlinks = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  GetRun(
      Vault vault, Restorer restorer, Console console, Interruption interruption, Outcome outcome) {
    this.vault = vault;
    this.restorer = restorer;
    this.console = console;
    this.interruption = interruption;
    this.outcome = outcome;
    this.meter = console.meter("get");
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "kintsugi-get");
              thread.setDaemon(true);
              return thread;
            });
  }

  Meter meter() {
    return meter;
  }

  /** Restores what is at a path of the vault, and all below, under a local path. */
  void get(VaultPath source, Attributes attributes, Path target) {
    interruption.check();
    switch (attributes.kind()) {
      case FILE -> file(source, attributes, target);
      case SYMLINK -> symlink(source, attributes, target);
      case DIRECTORY -> directory(source, attributes, target);
    }
  }

  private void directory(VaultPath source, Attributes attributes, Path target) {
    Iterable<DirectoryEntry> entries;
    try {
      restorer.directory(target);
      entries = vault.list(source);
    } catch (IOException | KintsugiException e) {
      failed(source, target, e);
      return;
    }
    // Before its entries: the last in is the first to be dated, so parents come after children.
    directoriesDone.push(new Dated(target, source, attributes));
    for (DirectoryEntry entry : entries) {
      get(
          source.resolve(entry.name()),
          entry.attributes(),
          LocalPaths.child(target, entry.name().toBytes()));
    }
  }

  private void symlink(VaultPath source, Attributes attributes, Path target) {
    try {
      restorer.symlink(target, vault.readLink(source), attributes);
      symlinks.incrementAndGet();
      restored(source, target, attributes);
    } catch (IOException | KintsugiException e) {
      failed(source, target, e);
    }
  }

  private void file(VaultPath source, Attributes attributes, Path target) {
    try {
      room.acquire();
      threads.execute(
          () -> {
            try {
              restoreFile(source, attributes, target);
            } finally {
              room.release();
            }
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedRunException();
    } catch (RejectedExecutionException e) {
      room.release();
      throw e;
    }
  }

  private void restoreFile(VaultPath source, Attributes attributes, Path target) {
    if (interruption.requested()) {
      return;
    }
    try (InputStream in = vault.get(source)) {
      restorer.file(target, out -> copy(in, out), attributes);
      files.incrementAndGet();
      bytes.addAndGet(attributes.size());
      restored(source, target, attributes);
    } catch (InterruptedIOException e) {
      console.detail(source + ": interrupted, not restored");
    } catch (IOException | RuntimeException e) {
      failed(source, target, e);
    }
  }

  private void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    int count;
    while ((count = in.read(buffer)) >= 0) {
      if (interruption.requested()) {
        throw new InterruptedIOException("interrupted");
      }
      out.write(buffer, 0, count);
      meter.add(count);
    }
  }

  private void restored(VaultPath source, Path target, Attributes attributes) {
    console.event(
        Json.event("restored")
            .with("path", source)
            .with("kind", Entries.word(attributes.kind()))
            .with("size", attributes.size())
            .with("target", LocalPaths.display(target)));
    console.detail(source + " -> " + LocalPaths.display(target));
  }

  private void failed(VaultPath source, Path target, Exception e) {
    Throwable cause = e;
    // A stream can only throw IOException; what the store says is its cause.
    if (e instanceof IOException && e.getCause() instanceof KintsugiException inner) {
      cause = inner;
    }
    if (cause instanceof IOException io) {
      outcome.failed(LocalPaths.display(target), LocalTree.reason(io), ExitCode.PARTLY);
    } else {
      ExitCode code = ExitCode.of(cause);
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      outcome.failed(source.toString(), message, code);
    }
  }

  /** Waits for all files, then gives directories their attributes. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      while (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
        Thread.onSpinWait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Dated directory : directoriesDone) {
      try {
        restorer.attributes(directory.path(), directory.attributes());
        directories.incrementAndGet();
        restored(directory.source(), directory.path(), directory.attributes());
      } catch (IOException e) {
        failed(directory.source(), directory.path(), e);
      }
    }
    meter.close();
  }

  /** Counts the bytes beside the restoring, for the time left. */
  void countAhead(VaultPath source, Attributes attributes) {
    if (!meter.visible()) {
      return;
    }
    Thread counter =
        new Thread(
            () -> {
              try {
                meter.total(size(source, attributes));
              } catch (RuntimeException e) {
                console.detail("the size of " + source + " is unknown: " + e.getMessage());
              }
            },
            "kintsugi-count");
    counter.setDaemon(true);
    counter.start();
  }

  private long size(VaultPath source, Attributes attributes) {
    if (attributes.kind() != Kind.DIRECTORY || interruption.requested()) {
      return attributes.kind() == Kind.FILE ? attributes.size() : 0;
    }
    long sum = 0;
    for (DirectoryEntry entry : vault.list(source)) {
      sum += size(source.resolve(entry.name()), entry.attributes());
    }
    return sum;
  }

  /** Prints what was restored. */
  void summarize() {
    long nanos = meter.elapsed();
    console.event(
        Json.event("summary")
            .with("verb", "get")
            .with("files", files.get())
            .with("directories", directories.get())
            .with("symlinks", symlinks.get())
            .with("bytes", bytes.get())
            .with("failed", outcome.failures())
            .with("seconds", Units.seconds(nanos)));
    long failures = outcome.failures();
    if (restoredAnything() || failures == 0) {
      console.say(
          "restored "
              + PutRun.describe(
                  files.get(), directories.get(), symlinks.get(), bytes.get(), nanos));
    }
    if (failures > 0 && restoredAnything()) {
      console.complain(
          "kintsugi: "
              + Units.count(failures, "item")
              + " could not be restored, named above; "
              + Units.count(files.get() + directories.get() + symlinks.get(), "item")
              + " restored");
    }
    if (outcome.archivesFailed()) {
      console.complain(
          "Nothing was changed in the vault: bring back archives ('kintsugi archive ls' names those"
              + " that are gone) and run the same again.");
    }
  }

  boolean restoredAnything() {
    return files.get() + directories.get() + symlinks.get() > 0;
  }

  long bytes() {
    return bytes.get();
  }
}
