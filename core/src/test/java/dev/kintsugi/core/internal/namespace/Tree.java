package dev.kintsugi.core.internal.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.DerivedLeafKeys;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A namespace with everything it needs but archives: commits as the store does, one manifest stripe
 * each, and checks after every commit what must always hold.
 */
final class Tree implements AutoCloseable {
  private final Index index;
  private final Secret root = Secret.copyOf(new byte[32]);
  private final GroupKeys keys = GroupKeys.derive(root, 0, 1);
  private final AtomicLong nextLeaf = new AtomicLong();
  private final DerivedLeafKeys leaves =
      new DerivedLeafKeys(
          RootKeys.leafRoot(root),
          new LeafReservation() {
            @Override
            public long reserve(int count) {
              return nextLeaf.getAndAdd(count);
            }

            @Override
            public long limit() {
              return nextLeaf.get();
            }
          });
  private final RecordSeals seals = new RecordSeals(new byte[16], keys, leaves);
  private final AtomicLong nextIno = new AtomicLong(Lookup.ROOT + 1);
  private final Set<Long> handedOut = new HashSet<>();
  private final Set<Long> dead = new HashSet<>();
  private final Set<Long> everLive = new HashSet<>();
  private Set<VaultPath> keepsTimes = Set.of();
  private StripeId data = new StripeId(0, 0);
  private long version;
  private long calls;
  private final boolean checked;
  Instant now = Instant.EPOCH;

  /** Makes a tree that is checked after every commit, which takes long when it is large. */
  Tree(Index index) {
    this(index, true);
  }

  Tree(Index index, boolean checked) {
    this.index = index;
    this.checked = checked;
    commit(editor -> editor.createRoot(NewAttributes.ofMode(0755)));
  }

  void keepTimesOf(VaultPath... directories) {
    keepsTimes = Set.of(directories);
  }

  long freshIno() {
    return nextIno.getAndIncrement();
  }

  long freshLeaf() {
    long leaf = leaves.allocate(1);
    assertTrue(handedOut.add(leaf), "leaf " + leaf + " was handed out twice");
    return leaf;
  }

  /** Makes an extent in this commit's data stripe. */
  ContentRecord.Extent extent(long offset, int length) {
    return new ContentRecord.Extent(offset, length, freshLeaf(), data, new ExtentAddress(0, 0));
  }

  /** Commits changes and returns what the manifest would hold. */
  Changes commit(Consumer<NamespaceEditor> edits) {
    version++;
    data = StripeId.random();
    Changes changes =
        index.write(
            writer -> {
              putStripe(writer, data, Role.DATA);
              calls = 0;
              NamespaceEditor editor =
                  new NamespaceEditor(
                      counted(writer),
                      seals,
                      this::freshIno,
                      this::freshLeaf,
                      () -> now,
                      version,
                      keepsTimes::contains);
              edits.accept(editor);
              Changes made = editor.finish();
              putManifest(writer, made);
              writer.retireDead();
              return made;
            });
    changes.deadLeaves().forEach(leaves::puncture);
    for (long leaf : changes.deadLeaves()) {
      assertTrue(dead.add(leaf), "leaf " + leaf + " died twice");
    }
    if (checked) {
      check(changes);
    }
    return changes;
  }

  /** Returns how often the last commit's editor called the index. */
  long calls() {
    return calls;
  }

  private IndexWriter counted(IndexWriter writer) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          calls++;
          try {
            return method.invoke(writer, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (IndexWriter)
        Proxy.newProxyInstance(
            IndexWriter.class.getClassLoader(), new Class<?>[] {IndexWriter.class}, handler);
  }

  <T> T read(Function<NamespaceReader, T> function) {
    return index.read(reader -> function.apply(new NamespaceReader(reader, seals)));
  }

  /** Returns the extents of a file. */
  List<ContentRecord.Extent> extents(long ino) {
    return read(reader -> reader.content(ino).extents());
  }

  /** Returns the number of the inodes. */
  int inodes() {
    List<Long> all = new ArrayList<>();
    index.read(
        reader -> {
          reader.inodes(row -> all.add(row.ino()));
          return 0;
        });
    return all.size();
  }

  @Override
  public void close() {
    leaves.close();
    keys.close();
    root.close();
    index.close();
  }

  private void putManifest(IndexWriter writer, Changes changes) {
    StripeId manifest = StripeId.random();
    putStripe(writer, manifest, Role.MANIFEST);
    List<Rows.ManifestRecord> rows = new ArrayList<>();
    for (SealedRecord record : changes.records()) {
      assertEquals(version, record.version());
      Rows.RecordKind kind =
          record.kind() == RecordKind.INODE ? Rows.RecordKind.INODE : Rows.RecordKind.CONTENT;
      rows.add(new Rows.ManifestRecord(manifest, kind, record.ino(), record.version()));
    }
    for (long ino : changes.tombstones()) {
      rows.add(new Rows.ManifestRecord(manifest, Rows.RecordKind.TOMBSTONE, ino, version));
    }
    writer.putRecords(rows); // refuses a second record of one kind and inode
  }

  private static void putStripe(IndexWriter writer, StripeId id, Role role) {
    writer.putStripe(
        new Rows.Stripe(id, role, "rs:1+1", 100, 1, 0, false),
        List.of(new Rows.Shard(id, 0, 0, ShardName.random(), false)));
  }

  /** Checks what must hold after every commit. */
  private void check(Changes changes) {
    index.read(
        reader -> {
          Set<Long> live = new HashSet<>();
          Set<StripeId> referredTo = new HashSet<>();
          List<Rows.Inode> inodes = new ArrayList<>();
          reader.inodes(inodes::add);
          int links = 0;
          for (Rows.Inode row : inodes) {
            InodeRecord record = seals.openInode(row);
            addLive(live, row.leaf());
            links += record.links().size();
            checkLinks(reader, record, live);
            Optional<Rows.Content> content = reader.content(row.ino());
            assertEquals(
                record.contentVersion(), content.map(Rows.Content::version).orElse(0L).longValue());
            if (content.isPresent()) {
              addLive(live, content.get().leaf());
              for (ContentRecord.Extent extent : seals.openContent(content.get()).extents()) {
                addLive(live, extent.leaf());
                referredTo.add(extent.stripe());
              }
            }
          }
          checkReachable(reader, inodes.size(), links);
          assertTrue(Collections.disjoint(live, dead), "a live leaf was punctured: " + live + dead);
          for (long leaf : everLive) {
            assertTrue(
                live.contains(leaf) || dead.contains(leaf), "leaf " + leaf + " was not punctured");
          }
          everLive.addAll(live);
          for (long ino : changes.tombstones()) {
            assertTrue(reader.inode(ino).isEmpty(), "a tombstone for living inode " + ino);
          }
          checkStripes(reader, referredTo);
          return 0;
        });
  }

  private static void addLive(Set<Long> live, long leaf) {
    assertTrue(live.add(leaf), "leaf " + leaf + " seals two things");
  }

  private void checkLinks(IndexReader reader, InodeRecord record, Set<Long> live) {
    List<Rows.Entry> entries = reader.entriesNaming(record.ino());
    Set<Long> named = new HashSet<>();
    for (Rows.Entry entry : entries) {
      assertTrue(reader.inode(entry.parent()).isPresent(), "an entry in no directory");
      assertTrue(
          java.util.Arrays.equals(
              entry.nameHash(),
              seals.nameHash(
                  entry.parent(),
                  seals.openName(entry.parent(), entry.leaf(), entry.sealedName()))),
          "an entry is found by another name than it has");
      addLive(live, entry.leaf());
      named.add(entry.leaf());
    }
    Set<Long> known = new HashSet<>();
    record.links().forEach(link -> known.add(link.leaf()));
    assertEquals(named, known, "inode " + record.ino() + " and the entries disagree");
    boolean orphan = record.ino() != Lookup.ROOT && entries.isEmpty();
    assertTrue(!orphan, "nothing names inode " + record.ino());
  }

  /** Checks that everything hangs below the root, so that there are neither orphans nor cycles. */
  private static void checkReachable(IndexReader reader, int inodes, int links) {
    Set<Long> reached = new HashSet<>(List.of(Lookup.ROOT));
    List<Long> queue = new ArrayList<>(reached);
    int[] entries = new int[1];
    for (int i = 0; i < queue.size(); i++) {
      reader.entries(
          queue.get(i),
          entry -> {
            entries[0]++;
            if (reached.add(entry.ino())) {
              queue.add(entry.ino());
            }
          });
    }
    assertEquals(inodes, reached.size(), "inodes that hang below the root");
    assertEquals(links, entries[0], "entries that hang below the root");
  }

  private static void checkStripes(IndexReader reader, Set<StripeId> referredTo) {
    for (Rows.Stripe stripe : reader.stripes(null, Integer.MAX_VALUE)) {
      if (stripe.role() == Role.DATA) {
        assertEquals(!referredTo.contains(stripe.id()), stripe.retired(), "stripe " + stripe);
      }
    }
  }
}
