package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.core.FileTooLargeException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Stores local trees: walks, gives everything to one ingest, tells what is acknowledged at once. An
 * item that cannot be read or stored is named, and the rest goes on.
 */
final class PutRun implements LocalTree.Visitor, Ingest.Listener, AutoCloseable {
  /** Told of every item as it is given to the store, by the thread that stores. */
  interface Witness {
    /** Nobody. */
    Witness NONE =
        new Witness() {
          @Override
          public void item(VaultPath target, LocalAttributes attributes, byte[] content) {}

          @Override
          public boolean wantsDigests() {
            return false;
          }
        };

    /**
     * An item was read.
     *
     * @param content the digest of a file's bytes as they were read, empty without digests, a
     *     link's target, empty for a directory
     */
    void item(VaultPath target, LocalAttributes attributes, byte[] content);

    /** Returns whether files are to be digested while they are read. */
    boolean wantsDigests();
  }

  private final Vault vault;
  private final Console console;
  private final Interruption interruption;
  private final Outcome outcome;
  private final Witness witness;
  private final Meter meter;
  private final LocalTree tree;
  private final Ingest ingest;

  private long files;
  private long directories;
  private long symlinks;
  private long bytes;
  private long degraded;
  private long changed;

  PutRun(
      Vault vault,
      List<LocalAttributes> excluded,
      Console console,
      Interruption interruption,
      Outcome outcome,
      Witness witness) {
    this.vault = vault;
    this.console = console;
    this.interruption = interruption;
    this.outcome = outcome;
    this.witness = witness;
    this.meter = console.meter("put");
    this.tree = new LocalTree(this, excluded, interruption::requested);
    this.ingest = vault.ingest(this);
  }

  /** Stores what is at a local path, and all below, under a path of the vault. */
  void put(Path source, VaultPath target) {
    tree.walk(source, target);
  }

  Meter meter() {
    return meter;
  }

  @Override
  public boolean directory(Path local, VaultPath target, LocalAttributes attributes) {
    interruption.check();
    try {
      ingest.directory(target, attributes.toStore());
      witness.item(target, attributes, new byte[0]);
      return true;
    } catch (NamespaceException e) {
      misplaced(local, e.getMessage() + "; left out with all below");
      return false;
    }
  }

  @Override
  public void file(Path local, VaultPath target, LocalAttributes attributes) {
    interruption.check();
    WatchedSource source =
        new WatchedSource(local, attributes, witness.wantsDigests(), meter, interruption);
    try {
      ingest.file(target, source, attributes.toStore());
      witness.item(target, attributes, source.digest());
    } catch (InterruptedIOException e) {
      throw new InterruptedRunException();
    } catch (IOException e) {
      refused(local, "cannot be read: " + LocalTree.reason(e));
      return;
    } catch (FileTooLargeException e) {
      refused(local, String.valueOf(e.getMessage()));
      return;
    } catch (NamespaceException e) {
      misplaced(local, String.valueOf(e.getMessage()));
      return;
    }
    if (source.changedWhileRead()) {
      changed++;
      outcome.failed(
          LocalPaths.display(local),
          "changed while it was read; what was read is stored",
          ExitCode.PARTLY);
    }
  }

  @Override
  public void symlink(Path local, VaultPath target, byte[] linkTarget, LocalAttributes attributes) {
    interruption.check();
    try {
      ingest.symlink(target, linkTarget, attributes.toStore());
      witness.item(target, attributes, linkTarget);
    } catch (NamespaceException e) {
      misplaced(local, String.valueOf(e.getMessage()));
    }
  }

  /** Reports that an item cannot have the path that was asked for. */
  private void misplaced(Path local, String reason) {
    outcome.failed(LocalPaths.display(local), reason, ExitCode.USAGE);
  }

  @Override
  public void refused(Path local, String reason) {
    outcome.failed(LocalPaths.display(local), reason, ExitCode.PARTLY);
  }

  @Override
  public void excluded(Path local) {
    console.note(LocalPaths.display(local) + ": belongs to the vault itself; left out");
  }

  @Override
  public void stored(VaultPath path, Attributes attributes, int degradedShards) {
    switch (attributes.kind()) {
      case FILE -> {
        files++;
        bytes += attributes.size();
      }
      case DIRECTORY -> directories++;
      case SYMLINK -> symlinks++;
    }
    degraded += degradedShards;
    console.event(
        Entries.describe(Json.event("stored"), path, attributes).with("degraded", degradedShards));
    console.detail(path.toString());
  }

  /**
   * Flushes: everything given is durable and acknowledged afterwards.
   *
   * @throws dev.kintsugi.core.KintsugiException if the archives fail; what was acknowledged stays
   */
  @Override
  public void close() {
    try {
      ingest.close();
    } catch (NamespaceException e) {
      // An item that the store refused late; everything else is stored.
      outcome.failed("put", String.valueOf(e.getMessage()), ExitCode.PARTLY);
    } finally {
      meter.close();
    }
  }

  /** Prints what was stored. */
  void summarize() {
    long nanos = meter.elapsed();
    console.event(
        Json.event("summary")
            .with("verb", "put")
            .with("files", files)
            .with("directories", directories)
            .with("symlinks", symlinks)
            .with("bytes", bytes)
            .with("failed", outcome.failures())
            .with("changed", changed)
            .with("degraded", degraded)
            .with("seconds", Units.seconds(nanos)));
    long left = outcome.failures() - changed;
    if (storedAnything() || left == 0) {
      console.say("stored " + describe(files, directories, symlinks, bytes, nanos));
    }
    if (storedAnything() && left > 0) {
      console.complain(
          "kintsugi: " + Units.count(left, "item") + " could not be stored, named above");
    }
    if (degraded > 0) {
      console.warn(
          Units.count(degraded, "shard")
              + " could not be stored and wait for repair: redundancy is reduced;"
              + " run 'kintsugi repair' once all archives take shards again");
      Reports.troubles(console, vault);
    }
  }

  boolean storedAnything() {
    return files + directories + symlinks > 0;
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** Returns text such as {@code 3 files, 1 directory, 2.0 MiB in 0.3 s (6.7 MiB/s)}. */
  static String describe(long files, long directories, long symlinks, long bytes, long nanos) {
    return counts(files, directories, symlinks, bytes)
        + " in "
        + Units.duration(nanos)
        + " ("
        + Units.rate(bytes, nanos)
        + ")";
  }

  /** Returns text such as {@code 3 files, 1 directory, 2.0 MiB}. */
  static String counts(long files, long directories, long symlinks, long bytes) {
    StringBuilder text = new StringBuilder(Units.count(files, "file"));
    if (directories > 0) {
      text.append(", ").append(Units.count(directories, "directory"));
    }
    if (symlinks > 0) {
      text.append(", ").append(Units.count(symlinks, "link"));
    }
    return text.append(", ").append(Units.bytes(bytes)).toString();
  }

  /** Returns the kind that a local type is stored as. */
  static Kind kind(LocalAttributes.Type type) {
    return switch (type) {
      case FILE -> Kind.FILE;
      case DIRECTORY -> Kind.DIRECTORY;
      case SYMLINK -> Kind.SYMLINK;
      default -> throw new IllegalArgumentException(type + " cannot be stored");
    };
  }
}
