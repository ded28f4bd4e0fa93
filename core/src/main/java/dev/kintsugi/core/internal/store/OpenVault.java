package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.internal.namespace.NamespaceEditor;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.internal.recovery.Mending;
import dev.kintsugi.core.store.ArchiveChange;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.Kind;
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
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The public face of an open vault: each method hands over to the part that does the work. */
final class OpenVault implements Vault {
  private static final int REMOVED_PER_COMMIT = 10_000;
  private static final int DEFAULT_MODE = 0644;

  private final Session session;

  OpenVault(Session session) {
    this.session = session;
  }

  @Override
  public Optional<Attributes> lookup(VaultPath path) {
    return tree(tree -> tree.lookup(path));
  }

  @Override
  public Attributes stat(VaultPath path) {
    return tree(tree -> tree.stat(path));
  }

  @Override
  public List<DirectoryEntry> list(VaultPath directory) {
    return tree(tree -> tree.list(directory));
  }

  @Override
  public byte[] readLink(VaultPath path) {
    return tree(tree -> tree.readLink(path));
  }

  @Override
  public List<VaultPath> pathsOf(long inode) {
    return tree(tree -> tree.pathsOf(inode));
  }

  @Override
  public ObjectReader openObject(VaultPath path) {
    return open(path);
  }

  @Override
  public InputStream get(VaultPath path) {
    return new ReadAheadInput(new ObjectParts(open(path)), session.readers());
  }

  @Override
  public int damagedShardsMet() {
    return session.damageMet();
  }

  @Override
  public Map<String, String> archiveTroubles() {
    return session.archiveTroubles();
  }

  private StoredObject open(VaultPath path) {
    return session.pins().guarded(() -> tree(tree -> open(tree, path)));
  }

  private StoredObject open(NamespaceReader tree, VaultPath path) {
    Attributes attributes = tree.stat(path);
    if (attributes.kind() == Kind.DIRECTORY) {
      throw new IsDirectoryException(path + " is a directory");
    }
    if (attributes.kind() == Kind.SYMLINK) {
      throw new InvalidPathException(path + " is a symbolic link, which has no bytes to read");
    }
    return new StoredObject(
        path, attributes, tree.content(attributes.inode()), session.extents(), session.pins());
  }

  private <T> T tree(Function<NamespaceReader, T> function) {
    session.requireOpen();
    return session
        .gate()
        .read(reader -> function.apply(new NamespaceReader(reader, session.seals())));
  }

  @Override
  public Ingest ingest(Ingest.Listener listener) {
    requireWritable();
    session.recheckArchives();
    PathGuard guard = new PathGuard(path -> lookup(path).map(Attributes::kind));
    return new IngestSession(session.ingestEngine(), guard, listener);
  }

  @Override
  public Attributes put(VaultPath path, Source source) {
    List<Attributes> stored = new ArrayList<>();
    try (Ingest ingest = ingest((where, attributes, degraded) -> stored.add(attributes))) {
      ingest.file(path, source, NewAttributes.ofMode(DEFAULT_MODE));
    } catch (IOException e) {
      throw new KintsugiException("the bytes for " + path + " cannot be read: " + e, e);
    }
    return stored.get(0);
  }

  @Override
  public Attributes makeDirectory(VaultPath path, NewAttributes attributes) {
    return commit(editor -> editor.makeDirectory(path, attributes));
  }

  @Override
  public void move(VaultPath from, VaultPath to) {
    edit(editor -> editor.move(from, to));
  }

  @Override
  public void link(VaultPath existing, VaultPath name) {
    edit(editor -> editor.link(existing, name));
  }

  @Override
  public void remove(VaultPath path) {
    edit(editor -> editor.remove(path));
  }

  @Override
  public void removeTree(VaultPath path) {
    while (!commit(editor -> editor.removeTree(path, REMOVED_PER_COMMIT))) {
      session.requireOpen();
    }
  }

  @Override
  public void setAttributes(VaultPath path, NewAttributes attributes) {
    commit(editor -> editor.setAttributes(path, attributes));
  }

  private interface Edit {
    void apply(NamespaceEditor editor);
  }

  private void edit(Edit edit) {
    commit(
        editor -> {
          edit.apply(editor);
          return Boolean.TRUE;
        });
  }

  private <T> T commit(Function<NamespaceEditor, T> edit) {
    requireWritable();
    if (!session.claim().isClaimedByMost()) {
      session.recheckArchives();
    }
    session.writes().enter();
    try {
      return session.committer().commit(edit).value();
    } finally {
      session.writes().leave();
    }
  }

  @Override
  public StatusReport status(int atRiskLimit) {
    session.requireOpen();
    return new StatusReporter(session).report(atRiskLimit);
  }

  @Override
  public List<ArchiveStatus> archives() {
    session.requireOpen();
    return new StatusReporter(session).archives();
  }

  @Override
  public ScrubReport scrub(ScrubOptions options, Progress progress) {
    if (options.repair()) {
      requireWritable();
    }
    return mending().scrub(options, session.isReadOnly(), progress);
  }

  @Override
  public RepairReport repair(Progress progress) {
    requireWritable();
    return mending().repair(progress);
  }

  @Override
  public RepairReport rebuild(String archive, Progress progress) {
    requireWritable();
    int number =
        session
            .archives()
            .named(archive)
            .orElseThrow(() -> new NoSuchPathException("the vault has no archive " + archive))
            .number();
    return mending().rebuild(number, progress);
  }

  /** Returns what mends, with all that reads have found and all archives that are there now. */
  private Mending mending() {
    session.requireOpen();
    session.archives().recheck();
    if (!session.isReadOnly()) {
      session.claim().verify();
    }
    session.markDamage();
    return session.mending();
  }

  @Override
  public ArchiveChange addArchive(ArchiveSpec archive, boolean replace) {
    requireWritable();
    return new ArchiveAdmin(session).add(archive, replace);
  }

  @Override
  public ArchiveChange tryAddArchive(ArchiveSpec archive, boolean replace) {
    session.requireOpen();
    return new ArchiveAdmin(session).plan(archive, replace);
  }

  @Override
  public void exportKit(Path file, Unlock kitUnlock) {
    session.requireOpen();
    session.exportKit(file, kitUnlock);
  }

  @Override
  public List<List<String>> exportMnemonics(int groupThreshold, List<Slip39.Group> groups) {
    session.requireOpen();
    return session.exportMnemonics(groupThreshold, groups);
  }

  private void requireWritable() {
    session.requireOpen();
    if (session.isReadOnly()) {
      throw new AccessDeniedException("the vault was opened for reading only");
    }
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public String toString() {
    return "Vault[" + session.directory().path() + "]";
  }
}
