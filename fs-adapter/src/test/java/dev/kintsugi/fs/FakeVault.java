package dev.kintsugi.fs;

import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.store.ArchiveChange;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.StatusReport;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.mnemonic.Slip39;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The reading half of a vault, in memory, with failures on request. */
final class FakeVault implements Vault {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z"));

  private static final class Node {
    final Attributes attributes;
    final byte[] bytes; // of a pattern file none
    final Map<Name, Node> children = new TreeMap<>();

    Node(Attributes attributes, byte[] bytes) {
      this.attributes = attributes;
      this.bytes = bytes;
    }
  }

  private final AtomicLong inodes = new AtomicLong(1000);
  private final AtomicInteger openReaders = new AtomicInteger();
  private final Map<VaultPath, RuntimeException> failures = new ConcurrentHashMap<>();
  private final Node root = directoryNode(NewAttributes.ofMode(0755));

  /** Adds or replaces a file. */
  synchronized Attributes file(VaultPath path, byte[] bytes, NewAttributes attributes) {
    return add(path, node(Kind.FILE, bytes, attributes));
  }

  /** Adds or replaces a file with the mode 0644. */
  Attributes file(String path, byte[] bytes) {
    return file(VaultPath.parse(path), bytes, NewAttributes.ofMode(0644));
  }

  /** Adds a file of any length whose bytes are {@link #patternAt}. */
  synchronized Attributes pattern(String path, long size) {
    return add(
        VaultPath.parse(path), node(Kind.FILE, new byte[0], size, NewAttributes.ofMode(0644)));
  }

  /** Returns the byte at a position of every pattern file. */
  static byte patternAt(long position) {
    return (byte) ((position * 0x9e3779b97f4a7c15L) >>> 56);
  }

  /** Adds a directory. */
  synchronized Attributes directory(VaultPath path, NewAttributes attributes) {
    return add(path, directoryNode(attributes));
  }

  /** Adds a directory with the mode 0755. */
  Attributes directory(String path) {
    return directory(VaultPath.parse(path), NewAttributes.ofMode(0755));
  }

  /** Adds a symbolic link. */
  synchronized Attributes symlink(VaultPath path, byte[] target, NewAttributes attributes) {
    return add(path, node(Kind.SYMLINK, target, attributes));
  }

  /** Removes an entry. */
  synchronized void delete(String path) {
    VaultPath at = VaultPath.parse(path);
    find(at.parent()).children.remove(at.name());
  }

  /** Makes reading a file's bytes, or looking it up if it is a directory, fail. */
  void fail(String path, RuntimeException failure) {
    failures.put(VaultPath.parse(path), failure);
  }

  /** Makes everything work again. */
  void heal() {
    failures.clear();
  }

  /** Returns how many readers were opened and not closed. */
  int openReaders() {
    return openReaders.get();
  }

  private Attributes add(VaultPath path, Node node) {
    find(path.parent()).children.put(path.name(), node);
    return node.attributes;
  }

  private Node directoryNode(NewAttributes attributes) {
    return node(Kind.DIRECTORY, new byte[0], attributes);
  }

  private Node node(Kind kind, byte[] bytes, NewAttributes given) {
    return node(kind, bytes, bytes.length, given);
  }

  private Node node(Kind kind, byte[] bytes, long size, NewAttributes given) {
    FileTime modified = given.modified().orElse(LONG_AGO);
    return new Node(
        new Attributes(
            inodes.incrementAndGet(),
            kind,
            given.mode(),
            given.uid(),
            given.gid(),
            size,
            1,
            modified,
            FileTime.from(Instant.ofEpochSecond(1_700_000_000, inodes.get()))),
        bytes);
  }

  private Node find(VaultPath path) {
    Node node = root;
    for (Name name : path.names()) {
      if (node.attributes.kind() != Kind.DIRECTORY) {
        throw new NotDirectoryException(path + ": " + name + " is below a file");
      }
      @Nullable Node child = node.children.get(name);
      if (child == null) {
        throw new NoSuchPathException(path.toString());
      }
      node = child;
    }
    return node;
  }

  private void failIfAsked(VaultPath path) {
    RuntimeException failure = failures.get(path);
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public synchronized Optional<Attributes> lookup(VaultPath path) {
    try {
      Node node = find(path);
      if (node.attributes.kind() != Kind.FILE) {
        failIfAsked(path);
      }
      return Optional.of(node.attributes);
    } catch (NoSuchPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized Attributes stat(VaultPath path) {
    return find(path).attributes;
  }

  @Override
  public synchronized List<DirectoryEntry> list(VaultPath directory) {
    Node node = find(directory);
    if (node.attributes.kind() != Kind.DIRECTORY) {
      throw new NotDirectoryException(directory.toString());
    }
    return node.children.entrySet().stream()
        .map(entry -> new DirectoryEntry(entry.getKey(), entry.getValue().attributes))
        .toList();
  }

  @Override
  public synchronized byte[] readLink(VaultPath path) {
    return find(path).bytes.clone();
  }

  @Override
  public synchronized ObjectReader openObject(VaultPath path) {
    Node node = find(path);
    if (node.attributes.kind() == Kind.DIRECTORY) {
      throw new IsDirectoryException(path.toString());
    }
    openReaders.incrementAndGet();
    return new ObjectReader() {
      private boolean closed;

      @Override
      public Attributes attributes() {
        return node.attributes;
      }

      @Override
      public int read(long position, ByteBuffer target) {
        failIfAsked(path);
        long size = node.attributes.size();
        int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
        for (int i = 0; i < count; i++) {
          target.put(
              node.bytes.length == size ? node.bytes[(int) position + i] : patternAt(position + i));
        }
        return count;
      }

      @Override
      public synchronized void close() {
        if (!closed) {
          closed = true;
          openReaders.decrementAndGet();
        }
      }
    };
  }

  @Override
  public StatusReport status(int atRiskLimit) {
    return new StatusReport(
        "0".repeat(32), "rs:4+2", 1, List.of(), 12, 3, 2, 1L << 20, Map.of(), List.of(), 0, 0);
  }

  @Override
  public void close() {}

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("a read-only mount has no use for this");
  }

  @Override
  public List<VaultPath> pathsOf(long inode) {
    throw unused();
  }

  @Override
  public InputStream get(VaultPath path) {
    throw unused();
  }

  @Override
  public int damagedShardsMet() {
    return 0;
  }

  @Override
  public Map<String, String> archiveTroubles() {
    return Map.of();
  }

  @Override
  public Ingest ingest(Ingest.Listener listener) {
    throw unused();
  }

  @Override
  public Attributes put(VaultPath path, Source source) {
    throw unused();
  }

  @Override
  public Attributes makeDirectory(VaultPath path, NewAttributes attributes) {
    throw unused();
  }

  @Override
  public void move(VaultPath from, VaultPath to) {
    throw unused();
  }

  @Override
  public void link(VaultPath existing, VaultPath name) {
    throw unused();
  }

  @Override
  public void remove(VaultPath path) {
    throw unused();
  }

  @Override
  public void removeTree(VaultPath path) {
    throw unused();
  }

  @Override
  public void setAttributes(VaultPath path, NewAttributes attributes) {
    throw unused();
  }

  @Override
  public ScrubReport scrub(ScrubOptions options, Progress progress) {
    throw unused();
  }

  @Override
  public RepairReport repair(Progress progress) {
    throw unused();
  }

  @Override
  public RepairReport rebuild(String archive, Progress progress) {
    throw unused();
  }

  @Override
  public List<ArchiveStatus> archives() {
    throw unused();
  }

  @Override
  public ArchiveChange addArchive(ArchiveSpec archive, boolean replace) {
    throw unused();
  }

  @Override
  public ArchiveChange tryAddArchive(ArchiveSpec archive, boolean replace) {
    throw unused();
  }

  @Override
  public void exportKit(Path file, Unlock kitUnlock) {
    throw unused();
  }

  @Override
  public List<List<String>> exportMnemonics(int groupThreshold, List<Slip39.Group> groups) {
    throw unused();
  }
}
