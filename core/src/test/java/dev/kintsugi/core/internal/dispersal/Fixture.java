package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;

/** Archives in memory with a writer, a reader, an auditor and a restorer over them. */
final class Fixture implements AutoCloseable, Archives {
  static final byte[] VAULT = new byte[16];
  static final StripeReader.Patience PATIENT = new StripeReader.Patience(Duration.ofMinutes(1), 4);

  final String place = UUID.randomUUID().toString();
  final List<LyingBackend> backends = new ArrayList<>();
  final List<String> domains = new ArrayList<>();
  final Scheme scheme;
  final GroupKeys keys;
  final ArchivePool pool = new ArchivePool(2);
  final StripeWriter writer;
  final StripeAuditor auditor;
  final StripeRestorer restorer;
  final List<ShardProblem> found = new CopyOnWriteArrayList<>();
  private final Secret leaf = Secret.copyOf(new byte[32]);
  private long leaves;

  Fixture(String scheme, int archives, int margin) {
    this(scheme, archives, margin, 2);
  }

  Fixture(String scheme, int archives, int margin, int inFlight) {
    this.scheme = Scheme.parse(scheme);
    for (int i = 0; i < archives; i++) {
      backends.add(LyingBackend.inMemory(place + i));
      domains.add("domain" + i);
    }
    try (Secret root = Secret.copyOf(new byte[32])) {
      keys = GroupKeys.derive(root, 0, 1);
    }
    writer = new StripeWriter(this, pool, this.scheme, margin, keys, inFlight);
    auditor = new StripeAuditor(this, pool, keys);
    restorer = new StripeRestorer(this, pool, keys);
  }

  StripeReader reader() {
    return reader(PATIENT);
  }

  StripeReader reader(StripeReader.Patience patience) {
    return new StripeReader(this, pool, keys, found::add, patience);
  }

  @Override
  public List<Integer> numbers() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < backends.size(); i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Override
  public String name(int number) {
    return "archive" + number;
  }

  @Override
  public String domain(int number) {
    return domains.get(number);
  }

  @Override
  public Optional<String> unavailable(int number) {
    return Optional.empty();
  }

  @Override
  public Backend backend(int number) throws IOException {
    return backends.get(number);
  }

  /** An extent that was stored, with what it takes to read it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Extent(byte[] plain, long leaf, ExtentAddress address) {}

  /** A stripe that was stored, with its extents. */
  record Stored(StoredStripe result, List<Extent> extents) {
    Stripe stripe() {
      return result.stripe();
    }
  }

  ExtentKey key(long leafId) {
    return keys.extentKey(VAULT, 1, leafId, leaf);
  }

  /** Stores random extents of these lengths as one stripe. */
  Stored store(Random random, int... lengths) {
    List<byte[]> plains = new ArrayList<>();
    for (int length : lengths) {
      byte[] plain = new byte[length];
      random.nextBytes(plain);
      plains.add(plain);
    }
    return store(plains);
  }

  Stored store(List<byte[]> plains) {
    return store(Role.DATA, plains);
  }

  Stored store(Role role, List<byte[]> plains) {
    StripeBuilder builder = writer.builder();
    List<Extent> extents = new ArrayList<>();
    plains.forEach(plain -> builder.reserve(plain.length));
    for (int i = 0; i < plains.size(); i++) {
      long leafId = leaves++;
      try (ExtentKey key = key(leafId)) {
        builder.seal(i, key, plains.get(i), 0);
      }
      extents.add(new Extent(plains.get(i), leafId, builder.address(i)));
    }
    builder.complete();
    StripeId id = StripeId.random();
    return new Stored(ArchivePool.await(writer.write(builder, id, role, 7, 0, 0)), extents);
  }

  byte[] read(StripeReader reader, Stripe stripe, Extent extent) {
    try (ExtentKey key = key(extent.leaf)) {
      return reader.readExtent(stripe, extent.address, extent.plain.length, key);
    }
  }

  byte[] read(StripeReader reader, Stripe stripe, Extent extent, int from, int length) {
    byte[] out = new byte[length + 2];
    out[0] = 77;
    out[length + 1] = 78;
    try (ExtentKey key = key(extent.leaf)) {
      reader.read(stripe, extent.address, extent.plain.length, key, from, out, 1, length);
    }
    if (out[0] != 77 || out[length + 1] != 78) {
      throw new AssertionError("wrote outside the range");
    }
    return java.util.Arrays.copyOfRange(out, 1, length + 1);
  }

  LyingBackend holder(Stripe stripe, int index) {
    return backends.get(stripe.archive(index));
  }

  byte[] shard(Stripe stripe, int index) throws IOException {
    return holder(stripe, index).bytes(stripe.name(index));
  }

  /** Lets the holder of a shard change it. */
  void change(Stripe stripe, int index, byte[] bytes) throws IOException {
    holder(stripe, index).tamper(stripe.name(index), bytes);
  }

  void drop(Stripe stripe, int index) throws IOException {
    ShardName name = stripe.name(index);
    if (!backend(stripe.archive(index)).delete(name)) {
      throw new AssertionError("shard " + index + " was not there");
    }
  }

  /** Flips a bit of the payload; a forger also makes the checksums right. */
  static byte[] flip(byte[] record, int payloadBit, boolean forger) {
    byte[] bad = record.clone();
    bad[ShardPrefix.LENGTH + payloadBit / 8] ^= (byte) (1 << (payloadBit % 8));
    if (forger) {
      forge(bad);
    }
    return bad;
  }

  /** Recomputes all checksums of a record. */
  static void forge(byte[] record) {
    ByteBuffer out = ByteBuffer.wrap(record);
    int payload = (int) out.getLong(ShardPrefix.LENGTH - 8);
    int end = ShardPrefix.LENGTH + payload;
    int at = end;
    for (int start = ShardPrefix.LENGTH; start < end; start += ShardRecord.CHUNK) {
      out.putInt(at, crc(record, start, Math.min(end, start + ShardRecord.CHUNK)));
      at += 4;
    }
    out.putInt(at, crc(record, 0, at));
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    for (LyingBackend backend : backends) {
      java.util.concurrent.CountDownLatch hold = backend.hold;
      if (hold != null) {
        hold.countDown();
      }
    }
    pool.close();
    keys.close();
    leaf.close();
    for (int i = 0; i < backends.size(); i++) {
      MemoryBackend.drop(place + i);
    }
  }
}
