package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.MeteredBackend;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeBuilder;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.internal.namespace.Changes;
import dev.kintsugi.core.internal.namespace.NamespaceEditor;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.internal.namespace.SealedRecord;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.DerivedLeafKeys;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A vault over archives in memory, just complete enough to be lost and mended. */
final class SmallVault implements AutoCloseable, Archives {
  static final int MARGIN = 1;

  final Scheme scheme;
  final GroupKeys keys;
  final RecordSeals seals;
  final ArchivePool pool = new ArchivePool(4);
  final Set<Integer> down = ConcurrentHashMap.newKeySet();
  final Map<Integer, String> domains = new TreeMap<>();
  final Index index;
  long sequence;
  long incarnation = 1;
  List<CommitHeader.Ended> ended = List.of();

  /** Is told of every archive that is asked for, and may fail in its place. */
  volatile Asked asked = archive -> {};

  /** Whether shards of retired stripes are deleted at once, as a vault does. */
  boolean deletesDead = true;

  private final byte[] vault = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.UTF_8);
  private final Secret root = Secret.random(32);
  private final AtomicLong nextLeaf = new AtomicLong(1);
  private final AtomicLong nextIno = new AtomicLong(2);
  private final DerivedLeafKeys leaves;
  private final String id = UUID.randomUUID().toString();
  private final Map<Integer, MeteredBackend> backends = new TreeMap<>();
  private final StripeWriter writer;
  private final Path directory;

  SmallVault(Path directory, String scheme, int archives) {
    this(directory, scheme, archives, "index.db");
  }

  SmallVault(Path directory, String scheme, int archives, String indexName) {
    this.directory = directory;
    this.scheme = Scheme.parse(scheme);
    this.keys = GroupKeys.derive(root, 0, 1);
    try (Secret leafRoot = RootKeys.leafRoot(root)) {
      this.leaves =
          new DerivedLeafKeys(
              leafRoot,
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
    }
    this.seals = new RecordSeals(vault, keys, leaves);
    for (int i = 0; i < archives; i++) {
      replaceArchive(i);
    }
    this.writer = new StripeWriter(this, pool, this.scheme, MARGIN, keys, 4);
    this.index = SqliteIndex.create(directory.resolve(indexName));
    commit(editor -> editor.createRoot(NewAttributes.ofMode(0755)));
  }

  /** Puts an empty archive in the place of one. */
  void replaceArchive(int number) {
    MemoryBackend.drop(id + number);
    try {
      backends.put(number, new MeteredBackend(MemoryBackend.open(id + number, true)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns how many bytes of shards the archives that are there have sent so far. */
  long bytesRead() {
    return backends.values().stream()
        .mapToLong(backend -> backend.metrics(BackendOperation.READ).bytes())
        .sum();
  }

  long freshLeaf() {
    return leaves.allocate(1);
  }

  long freshIno() {
    return nextIno.getAndIncrement();
  }

  /** Stores a file in a commit of its own. */
  void put(String path, byte[] content) {
    VaultPath where = VaultPath.parse(path);
    long ino = nextIno.getAndIncrement();
    List<ContentRecord.Extent> extents = new ArrayList<>();
    List<Stripe> stripes = new ArrayList<>();
    for (int at = 0; at < content.length; at += scheme.capacity()) {
      int length = Math.min(scheme.capacity(), content.length - at);
      long leaf = leaves.allocate(1);
      try (StripeBuilder builder = writer.builder();
          Secret leafKey = leaves.key(leaf);
          ExtentKey key = keys.extentKey(vault, ino, leaf, leafKey)) {
        builder.reserve(length);
        StripeId stripe = StripeId.random();
        extents.add(new ContentRecord.Extent(at, length, leaf, stripe, builder.address(0)));
        builder.seal(0, key, content, at);
        builder.complete();
        stripes.add(writer.write(builder, stripe, Role.DATA, 0, 0, 0).join().stripe());
      }
    }
    commit(
        stripes,
        editor -> editor.file(where, NewAttributes.ofMode(0644), ino, content.length, extents));
  }

  Changes commit(Consumer<NamespaceEditor> edits) {
    return commit(List.of(), edits);
  }

  Changes commit(List<Stripe> data, Consumer<NamespaceEditor> edits) {
    Changes made = write(data, edits);
    if (deletesDead) {
      index.write(this::deleteDead);
    }
    return made;
  }

  private long deleteDead(IndexWriter rows) {
    long deleted = 0;
    for (Rows.Stripe stripe : rows.retiredStripes(1000)) {
      for (Rows.Shard shard : rows.shards(stripe.id())) {
        replace(shard.archive(), shard.name(), Optional.empty());
        rows.removeShard(stripe.id(), shard.index());
        deleted++;
      }
    }
    return deleted;
  }

  private Changes write(List<Stripe> data, Consumer<NamespaceEditor> edits) {
    return index.write(
        rows -> {
          data.forEach(stripe -> rows.putStripe(stripe.row(), stripe.shards()));
          NamespaceEditor editor =
              new NamespaceEditor(
                  rows,
                  seals,
                  nextIno::getAndIncrement,
                  () -> leaves.allocate(1),
                  () -> Instant.EPOCH,
                  sequence + 1,
                  path -> false);
          edits.accept(editor);
          Changes changes = editor.finish();
          List<StripeId> retired = rows.retireDead();
          sequence++;
          Stripe manifest = manifest(sequence, incarnation, 0, 1, changes, retired);
          rows.putStripe(manifest.row(), manifest.shards());
          rows.putRecords(recordRows(manifest.id(), changes));
          return changes;
        });
  }

  private List<Rows.ManifestRecord> recordRows(StripeId manifest, Changes changes) {
    List<Rows.ManifestRecord> rows = new ArrayList<>();
    for (SealedRecord record : changes.records()) {
      rows.add(
          new Rows.ManifestRecord(
              manifest,
              record.kind() == RecordKind.INODE ? Rows.RecordKind.INODE : Rows.RecordKind.CONTENT,
              record.ino(),
              record.version()));
    }
    for (long ino : changes.tombstones()) {
      rows.add(new Rows.ManifestRecord(manifest, Rows.RecordKind.TOMBSTONE, ino, sequence));
    }
    return rows;
  }

  /** Writes one part of a commit to the archives, and nothing else. */
  Stripe manifest(
      long number,
      long writerIncarnation,
      int part,
      int parts,
      Changes changes,
      List<StripeId> retired) {
    List<RecordKind> kinds = new ArrayList<>();
    changes.records().forEach(record -> kinds.add(record.kind()));
    changes.tombstones().forEach(ino -> kinds.add(RecordKind.TOMBSTONE));
    retired.forEach(stripe -> kinds.add(RecordKind.RETIRED));
    ended.forEach(end -> kinds.add(RecordKind.ENDED));
    int headerLength = CommitHeader.encodedLength(kinds);
    StripeId stripe = StripeId.random();
    try (StripeBuilder builder = writer.builder();
        ExtentKey key = keys.commitHeaderKey(vault, stripe)) {
      builder.reserve(headerLength);
      List<Integer> lengths = new ArrayList<>();
      for (SealedRecord record : changes.records()) {
        int plain = (int) ExtentSealer.plainLength(record.sealed().length);
        builder.reserve(plain);
        lengths.add(plain);
      }
      List<CommitHeader.Entry> entries = new ArrayList<>();
      for (int i = 0; i < changes.records().size(); i++) {
        SealedRecord record = changes.records().get(i);
        builder.put(i + 1, record.sealed());
        ExtentAddress address = builder.address(i + 1);
        entries.add(
            new CommitHeader.Located(
                record.kind(),
                record.ino(),
                record.version(),
                record.leaf(),
                address,
                lengths.get(i)));
      }
      changes.tombstones().forEach(ino -> entries.add(new CommitHeader.Tombstone(ino, number)));
      retired.forEach(id -> entries.add(new CommitHeader.Retired(id)));
      entries.addAll(ended);
      byte[] header =
          new CommitHeader(
                  number, writerIncarnation, part, parts, nextLeaf.get(), nextIno.get(), entries)
              .encode();
      builder.seal(0, key, header, 0);
      builder.complete();
      int head = (int) ExtentSealer.sealedLength(headerLength);
      return writer.write(builder, stripe, Role.MANIFEST, number, head, 0).join().stripe();
    }
  }

  /** Reads a file through an index. */
  byte[] get(Index through, String path) {
    StripeReader reader =
        new StripeReader(this, pool, keys, problem -> {}, StripeReader.Patience.DEFAULT);
    return through.read(
        rows -> {
          NamespaceReader names = new NamespaceReader(rows, seals);
          var attributes = names.stat(VaultPath.parse(path));
          byte[] content = new byte[(int) attributes.size()];
          for (ContentRecord.Extent extent : names.content(attributes.inode()).extents()) {
            Stripe stripe =
                new Stripe(
                    rows.stripe(extent.stripe()).orElseThrow(), rows.shards(extent.stripe()));
            try (Secret leafKey = leaves.key(extent.leaf());
                ExtentKey key = keys.extentKey(vault, attributes.inode(), extent.leaf(), leafKey)) {
              reader.read(
                  stripe,
                  extent.address(),
                  extent.length(),
                  key,
                  0,
                  content,
                  (int) extent.offset(),
                  extent.length());
            }
          }
          return content;
        });
  }

  /** Returns the paths of everything below the root, in order. */
  List<String> tree(Index through) {
    return through.read(
        rows -> {
          List<String> all = new ArrayList<>();
          walk(new NamespaceReader(rows, seals), VaultPath.ROOT, all);
          return all;
        });
  }

  private static void walk(NamespaceReader names, VaultPath directory, List<String> all) {
    names
        .list(directory)
        .forEach(
            entry -> {
              VaultPath path = directory.resolve(entry.name());
              all.add(path.toString());
              if (entry.attributes().kind() == dev.kintsugi.core.store.Kind.DIRECTORY) {
                walk(names, path, all);
              }
            });
  }

  Mending mending(Index through) {
    return mending(through, new LockGate());
  }

  Mending mending(Index through, Mending.Gate gate) {
    return new Mending(through, this, pool, keys, seals, stripe -> {}, gate, () -> {});
  }

  /** Recovers into a fresh index, which the caller closes. */
  Recovered recover(String name) {
    Index fresh = SqliteIndex.create(directory.resolve(name));
    Recoverer recoverer =
        new Recoverer(
            vault, scheme, MARGIN, this, pool, keys, leaves, RandomGenerator.getDefault());
    return new Recovered(fresh, recoverer.recover(fresh, Progress.NONE));
  }

  record Recovered(Index index, Recoverer.Recovery recovery) implements AutoCloseable {
    @Override
    public void close() {
      index.close();
    }
  }

  /** Returns every shard of every archive, by archive and name. */
  Map<String, byte[]> everything() {
    Map<String, byte[]> all = new TreeMap<>();
    backends.forEach(
        (number, backend) -> {
          try {
            backend.list(info -> all.put(number + "/" + info.name(), bytes(number, info.name())));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return all;
  }

  byte[] bytes(int archive, ShardName name) {
    try {
      Backend backend = place(archive);
      ByteBuffer target = ByteBuffer.allocate((int) backend.size(name));
      backend.read(name, 0, target);
      return target.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns an archive's backend, whether or not it is down. */
  private Backend place(int archive) {
    Backend backend = backends.get(archive);
    if (backend == null) {
      throw new IllegalArgumentException("no archive " + archive);
    }
    return backend;
  }

  /** Replaces a shard's bytes, or removes it. */
  void replace(int archive, ShardName name, Optional<byte[]> content) {
    try {
      place(archive).delete(name);
      if (content.isPresent()) {
        place(archive).write(name, ByteBuffer.wrap(content.get()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<Integer> numbers() {
    return List.copyOf(backends.keySet());
  }

  @Override
  public String name(int number) {
    return "archive" + number;
  }

  @Override
  public String domain(int number) {
    return domains.getOrDefault(number, "domain" + number);
  }

  @Override
  public Optional<String> unavailable(int number) {
    return down.contains(number) ? Optional.of("it is down") : Optional.empty();
  }

  @Override
  public Backend backend(int number) throws IOException {
    asked.accept(number);
    Backend backend = backends.get(number);
    if (backend == null || down.contains(number)) {
      throw new IOException("archive " + number + " is down");
    }
    return backend;
  }

  @Override
  public void close() {
    pool.close();
    index.close();
    leaves.close();
    keys.close();
    root.close();
    numbers().forEach(number -> MemoryBackend.drop(id + number));
  }
}
