package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.Changes;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.core.store.VaultPath;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MendingTest {
  @TempDir Path directory;
  private SmallVault vault;
  private Mending mending;
  private Map<String, byte[]> before;

  @BeforeEach
  void fill() {
    vault = new SmallVault(directory, "rs:4+2", 6);
    for (int i = 0; i < 20; i++) {
      byte[] content = new byte[1 + i * 7001];
      new Random(i).nextBytes(content);
      vault.put("/file-" + i, content);
    }
    mending = vault.mending(vault.index);
    before = vault.everything();
  }

  @AfterEach
  void close() {
    vault.close();
  }

  private ScrubReport scrub(boolean repair) {
    return mending.scrub(new ScrubOptions(repair), false, Progress.NONE);
  }

  private static Map<String, Problem> problems(ScrubReport report) {
    Map<String, Problem> named = new TreeMap<>();
    for (ShardFinding finding : report.findings()) {
      String key = finding.archive().replace("archive", "") + "/" + finding.shard();
      assertEquals(null, named.put(key, finding.problem()), key + " is named twice");
    }
    return named;
  }

  private void assertAsBefore() {
    Map<String, byte[]> after = vault.everything();
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    assertTrue(scrub(false).clean(), "a second scrub is clean");
  }

  private static int archive(String key) {
    return key.charAt(0) - '0';
  }

  private static ShardName name(String key) {
    return ShardName.parse(key.substring(2));
  }

  private void set(String key, byte[] bytes) {
    vault.replace(archive(key), name(key), Optional.of(bytes));
  }

  private byte[] get(String key) {
    return vault.bytes(archive(key), name(key));
  }

  @Test
  void aWholeVaultIsClean() {
    ScrubReport report = scrub(true);
    assertTrue(report.clean(), () -> report.findings().toString());
    assertEquals(before.size(), report.shards());
    assertEquals(before.values().stream().mapToLong(b -> b.length).sum(), report.bytes());
    assertEquals(0, report.repaired());
    assertAsBefore();
  }

  @Test
  void everyFlippedBitIsNamedAndMendedByteForByte() {
    long seed = 20261124;
    Random random = new Random(seed);
    List<String> keys = new ArrayList<>(before.keySet());
    TreeSet<String> flipped = new TreeSet<>();
    Map<String, Integer> perStripe = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      String key = keys.get(random.nextInt(keys.size()));
      String stripe = stripeOf(key).id().toString();
      if (!flipped.contains(key)) {
        if (perStripe.getOrDefault(stripe, 0) == 2) {
          continue; // more than two shards of a stripe are beyond the scheme
        }
        perStripe.merge(stripe, 1, Integer::sum);
        flipped.add(key);
      }
      byte[] bytes = get(key);
      int bit = random.nextInt(8 * bytes.length);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      set(key, bytes);
    }
    // A bit flipped back is no damage.
    flipped.removeIf(key -> Arrays.equals(get(key), before.get(key)));
    assertTrue(flipped.size() > 60, "only " + flipped.size() + " shards, seed " + seed);
    ScrubReport found = scrub(false);
    assertEquals(flipped, problems(found).keySet(), "seed " + seed);
    assertEquals(List.of(), found.unrecoverable());
    RepairReport repaired = mending.repair(Progress.NONE);
    assertEquals(flipped.size(), repaired.shardsRestored());
    assertEquals(0, repaired.pending());
    assertAsBefore();
  }

  private Rows.Stripe stripeOf(String key) {
    return vault.index.read(
        reader ->
            reader
                .shardNamed(archive(key), name(key))
                .flatMap(shard -> reader.stripe(shard.stripe()))
                .orElseThrow());
  }

  @Test
  void tamperingWithFreshChecksumsIsToldFromAccidents() {
    List<String> keys = new ArrayList<>(before.keySet());
    String accident = keys.get(0);
    String payload = keys.get(10);
    String header = keys.get(40);
    byte[] bytes = get(accident);
    bytes[ShardPrefix.LENGTH] ^= 1;
    set(accident, bytes);
    bytes = get(payload);
    bytes[ShardPrefix.LENGTH + 3] ^= 1;
    set(payload, withFreshChecksums(bytes));
    bytes = get(header);
    bytes[60] ^= 1;
    set(header, withFreshChecksums(bytes));
    assertEquals(
        Map.of(accident, Problem.DAMAGED, payload, Problem.TAMPERED, header, Problem.TAMPERED),
        problems(scrub(true)));
    assertAsBefore();
  }

  /** Does what an archive that wants to hide its deed would do. */
  private static byte[] withFreshChecksums(byte[] record) {
    int payload = Math.toIntExact(ByteBuffer.wrap(record).getLong(ShardPrefix.LENGTH - 8));
    ByteBuffer out = ByteBuffer.wrap(record);
    CRC32C crc = new CRC32C();
    int at = ShardPrefix.LENGTH + payload;
    for (int from = 0; from < payload; from += ShardRecord.CHUNK) {
      crc.reset();
      crc.update(record, ShardPrefix.LENGTH + from, Math.min(ShardRecord.CHUNK, payload - from));
      out.putInt(at, (int) crc.getValue());
      at += 4;
    }
    crc.reset();
    crc.update(record, 0, record.length - 4);
    out.putInt(record.length - 4, (int) crc.getValue());
    return record;
  }

  /** Alters a payload as who has the keys would: checksums and MAC are those of the new bytes. */
  private byte[] madeAnew(String key) {
    byte[] bytes = get(key);
    ShardHeader header =
        ShardRecord.parse(bytes, 0, bytes.length)
            .prefix()
            .open(vault.keys.shards(), name(key))
            .orElseThrow()
            .header();
    Random random = new Random(key.hashCode());
    for (int i = 0; i < header.payloadLength(); i += 7) {
      bytes[ShardPrefix.LENGTH + i] ^= (byte) (1 + random.nextInt(255));
    }
    ByteBuffer record = ByteBuffer.allocate(bytes.length);
    for (ByteBuffer part :
        ShardRecord.encode(vault.keys.shards(), name(key), header, bytes, ShardPrefix.LENGTH)) {
      record.put(part);
    }
    return record.array();
  }

  /** Returns the keys of the shards of the first stripe found, by their index. */
  private List<String> siblings() {
    List<List<String>> first = new ArrayList<>();
    mending.forEachStripe(
        stripe ->
            first.add(stripe.shards().stream().map(s -> s.archive() + "/" + s.name()).toList()));
    return first.get(0);
  }

  @Test
  void aShardThatWasWrittenWronglyIsLocatedThoughItIsAuthentic() {
    String wrong = siblings().get(1);
    byte[] bytes = madeAnew(wrong);
    set(wrong, bytes);
    ScrubReport report = scrub(true);
    assertEquals(Map.of(wrong, Problem.TAMPERED), problems(report));
    assertTrue(report.findings().get(0).detail().contains("it is authentic, but"));
    assertArrayEquals(bytes, get(wrong), "on suspicion nothing is overwritten");
    vault.replace(archive(wrong), name(wrong), Optional.empty());
    assertEquals(Map.of(wrong, Problem.MISSING), problems(scrub(true)));
    assertAsBefore();
  }

  @Test
  void ofTooManyShardsWrittenWronglyNoneIsAccused() {
    List<String> shards = siblings();
    set(shards.get(0), madeAnew(shards.get(0)));
    set(shards.get(3), madeAnew(shards.get(3)));
    List<ShardFinding> findings = scrub(true).findings();
    assertEquals(1, findings.size());
    assertEquals("", findings.get(0).archive());
    assertTrue(findings.get(0).detail().endsWith("cannot be told (ambiguous)"));
  }

  @Test
  void swappedShardsAreMisplaced() {
    List<Rows.Shard> shards = new ArrayList<>();
    vault.index.read(
        reader ->
            reader.stripes(null, 1000).stream()
                .filter(row -> row.role() == Role.MANIFEST)
                .map(row -> shards.addAll(reader.shards(row.id())))
                .count());
    List<Rows.Shard> pair = twoStripesOfOneLength(shards);
    Rows.Shard one = pair.get(0);
    Rows.Shard two = pair.get(1);
    byte[] first = vault.bytes(one.archive(), one.name());
    byte[] second = vault.bytes(two.archive(), two.name());
    vault.replace(one.archive(), one.name(), Optional.of(second));
    vault.replace(two.archive(), two.name(), Optional.of(first));
    assertEquals(
        Map.of(
            one.archive() + "/" + one.name(),
            Problem.MISPLACED,
            two.archive() + "/" + two.name(),
            Problem.MISPLACED),
        problems(scrub(true)));
    assertAsBefore();
  }

  /** Returns shards of two stripes that are as long as each other. */
  private List<Rows.Shard> twoStripesOfOneLength(List<Rows.Shard> shards) {
    for (Rows.Shard one : shards) {
      for (Rows.Shard two : shards) {
        if (!two.stripe().equals(one.stripe()) && length(two) == length(one)) {
          return List.of(one, two);
        }
      }
    }
    throw new AssertionError("no two stripes have shards of one length");
  }

  private int length(Rows.Shard shard) {
    return vault.bytes(shard.archive(), shard.name()).length;
  }

  @Test
  void orphansAreNamedAndRemovedAndNothingElse() {
    String copied = before.keySet().iterator().next();
    ShardName garbage = ShardName.random();
    vault.replace(3, garbage, Optional.of(new byte[1000]));
    int elsewhere = (archive(copied) + 1) % 6;
    vault.replace(elsewhere, name(copied), Optional.of(get(copied)));
    vault.manifest(
        vault.sequence + 1, 1, 0, 2, new Changes(List.of(), List.of(9L), List.of()), List.of());
    Map<String, Problem> found = problems(scrub(false));
    assertEquals(8, found.size());
    assertEquals(Problem.ORPHAN, found.get("3/" + garbage));
    assertEquals(Problem.ORPHAN, found.get(elsewhere + "/" + name(copied)));
    assertTrue(found.values().stream().allMatch(p -> p == Problem.ORPHAN));
    assertEquals(8, vault.everything().size() - before.size(), "finding removes nothing");
    assertEquals(8, scrub(true).repaired());
    assertAsBefore();
  }

  @Test
  void anOrphanThatTheIndexHasComeToKnowIsLeftAlone() {
    String key = before.keySet().iterator().next();
    ShardName orphan = ShardName.random();
    vault.replace(5, orphan, Optional.of(new byte[10]));
    Rows.Shard row =
        vault.index.read(reader -> reader.shardNamed(archive(key), name(key)).orElseThrow());
    LockGate gate =
        new LockGate() {
          @Override
          public boolean quietly(Runnable action) {
            // What was waited for: the commit that wrote the shard is acknowledged.
            vault.index.write(
                writer -> {
                  writer.putShard(new Rows.Shard(row.stripe(), row.index(), 5, orphan, false));
                  return 0;
                });
            return super.quietly(action);
          }
        };
    Orphans orphans = new Orphans(vault.mending(vault.index, gate), 100);
    FindingLog log = new FindingLog(finding -> {}, 10);
    assertEquals(0, orphans.find(new TreeSet<>(), false, log));
    assertEquals(Map.of(Problem.ORPHAN, 1L), log.counts());
    assertEquals(0, orphans.remove(new TreeSet<>()).removed());
    assertTrue(vault.everything().containsKey("5/" + orphan));
  }

  @Test
  void removedShardsAreMissingAndComeBack() {
    Random random = new Random(5);
    List<String> keys = new ArrayList<>(before.keySet());
    Collections.shuffle(keys, random);
    TreeSet<String> removed = new TreeSet<>();
    Map<String, Integer> perStripe = new TreeMap<>();
    for (String key : keys) {
      if (perStripe.merge(stripeOf(key).id().toString(), 1, Integer::sum) <= 2) {
        removed.add(key);
      }
    }
    removed.forEach(key -> vault.replace(archive(key), name(key), Optional.empty()));
    ScrubReport report = scrub(true);
    assertEquals(removed, problems(report).keySet());
    assertTrue(problems(report).values().stream().allMatch(p -> p == Problem.MISSING));
    assertEquals(removed.size(), report.repaired());
    assertAsBefore();
  }

  @Test
  void whatCannotBeRepairedIsNamedAndTheRestIsRepaired() {
    String lost = "/file-7";
    Rows.Stripe stripe = dataStripe(lost);
    List<Rows.Shard> shards = vault.index.read(reader -> reader.shards(stripe.id()));
    shards.subList(0, 3).forEach(s -> vault.replace(s.archive(), s.name(), Optional.empty()));
    String other =
        before.keySet().stream()
            .filter(key -> !stripeOf(key).id().equals(stripe.id()))
            .findFirst()
            .orElseThrow();
    vault.replace(archive(other), name(other), Optional.empty());
    ScrubReport report = scrub(true);
    assertEquals(List.of(lost), report.unrecoverable());
    assertEquals(1, report.repaired());
    RepairReport again = mending.repair(Progress.NONE);
    assertEquals(List.of(lost), again.unrecoverable());
    assertEquals(0, again.shardsRestored());
    // Once a shard returns, everything can be mended.
    Rows.Shard back = shards.get(0);
    byte[] bytes = before.get(back.archive() + "/" + back.name());
    vault.replace(back.archive(), back.name(), Optional.ofNullable(bytes));
    assertEquals(List.of(), mending.repair(Progress.NONE).unrecoverable());
    assertAsBefore();
  }

  private Rows.Stripe dataStripe(String path) {
    return vault.index.read(
        reader -> {
          long ino = new NamespaceReader(reader, vault.seals).stat(VaultPath.parse(path)).inode();
          return reader.stripes(null, 1000).stream()
              .filter(row -> row.role() == Role.DATA && reader.inodesIn(row.id()).contains(ino))
              .findFirst()
              .orElseThrow();
        });
  }

  @Test
  void archivesThatAreDownAreNamedOnceAndNothingOfThemIsMarked() {
    vault.down.addAll(List.of(1, 4));
    ScrubReport report = scrub(true);
    assertEquals(List.of("archive1", "archive4"), report.unavailable());
    assertEquals(List.of(), report.findings());
    assertEquals(List.of(), report.unrecoverable());
    vault.down.add(5);
    assertEquals(20, scrub(true).unrecoverable().stream().filter(p -> p.contains("file")).count());
    assertEquals(0, mending.repair(Progress.NONE).stripes());
    vault.down.clear();
    assertAsBefore();
  }

  @Test
  void aReplacedArchiveIsRefilledByteForByteAndARebuildGoesOnWhereItWas() {
    vault.replaceArchive(2);
    RepairReport first = mending.rebuild(2, Progress.NONE);
    assertEquals(
        before.keySet().stream().filter(k -> k.startsWith("2/")).count(), first.shardsRestored());
    assertEquals(0, mending.rebuild(2, Progress.NONE).shardsRestored());
    List<String> ofTwo = before.keySet().stream().filter(k -> k.startsWith("2/")).toList();
    ofTwo.subList(0, 5).forEach(k -> vault.replace(2, name(k), Optional.empty()));
    vault.replace(2, name(ofTwo.get(6)), Optional.of(new byte[7]));
    assertEquals(6, mending.rebuild(2, Progress.NONE).shardsRestored());
    assertAsBefore();
    vault.down.add(2);
    assertThrows(ArchiveUnavailableException.class, () -> mending.rebuild(2, Progress.NONE));
  }

  @Test
  void aShardMarkedMissingThatIsThereIsUnmarked() {
    String key = before.keySet().iterator().next();
    vault.index.write(
        writer -> {
          Rows.Shard row = writer.shardNamed(archive(key), name(key)).orElseThrow();
          writer.putShard(
              new Rows.Shard(row.stripe(), row.index(), row.archive(), row.name(), true));
          return 0;
        });
    assertTrue(scrub(false).clean());
    assertEquals(0, mending.repair(Progress.NONE).stripes());
  }

  @Test
  void aMissingShardMovesToASpareArchiveWhenItsOwnIsDown() {
    SmallVault spacious = new SmallVault(directory, "rs:2+1", 5, "spacious.db");
    try {
      spacious.put("/a", new byte[100_000]);
      Map<String, byte[]> there = spacious.everything();
      String key = there.keySet().iterator().next();
      spacious.index.write(
          writer -> {
            Rows.Shard row = writer.shardNamed(archive(key), name(key)).orElseThrow();
            writer.putShard(
                new Rows.Shard(row.stripe(), row.index(), row.archive(), row.name(), true));
            return 0;
          });
      spacious.down.add(archive(key));
      RepairReport report = spacious.mending(spacious.index).repair(Progress.NONE);
      assertEquals(1, report.shardsRestored());
      assertEquals(0, report.pending());
      assertEquals(there.size() + 1, spacious.everything().size());
    } finally {
      spacious.close();
    }
  }

  @Test
  void aShardThatMovesGoesToAFailureDomainOfItsOwn() {
    for (int twin = 0; twin < 2; twin++) {
      SmallVault spacious = new SmallVault(directory, "rs:2+1", 5, "domains-" + twin + ".db");
      try {
        Rows.Stripe stripe =
            spacious.index.read(reader -> reader.stripes(null, 1)).stream()
                .findFirst()
                .orElseThrow();
        List<Rows.Shard> shards = spacious.index.read(reader -> reader.shards(stripe.id()));
        List<Integer> spare = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        shards.forEach(shard -> spare.remove((Object) shard.archive()));
        // One of the two spare archives stands beside an archive that holds another shard.
        spacious.domains.put(spare.get(twin), spacious.domain(shards.get(1).archive()));
        Rows.Shard lost = shards.get(0);
        spacious.index.write(
            writer -> {
              writer.putShard(
                  new Rows.Shard(lost.stripe(), lost.index(), lost.archive(), lost.name(), true));
              return 0;
            });
        spacious.down.add(lost.archive());
        assertEquals(1, spacious.mending(spacious.index).repair(Progress.NONE).shardsRestored());
        assertEquals(
            spare.get(1 - twin),
            spacious.index.read(reader -> reader.shards(stripe.id())).get(0).archive());
      } finally {
        spacious.close();
      }
    }
  }

  @Test
  void readOnlyScrubsLeaveTheIndexAlone() {
    String key = before.keySet().iterator().next();
    vault.replace(archive(key), name(key), Optional.empty());
    assertEquals(1, mending.scrub(new ScrubOptions(false), true, Progress.NONE).findings().size());
    assertEquals(0, mending.repair(Progress.NONE).stripes());
    assertThrows(
        IllegalArgumentException.class,
        () -> mending.scrub(new ScrubOptions(true), true, Progress.NONE));
    assertEquals(1, scrub(false).findings().size());
    assertEquals(1, mending.repair(Progress.NONE).stripes());
    assertAsBefore();
  }
}
