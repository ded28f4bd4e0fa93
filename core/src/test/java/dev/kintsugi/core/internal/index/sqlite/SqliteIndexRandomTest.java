package dev.kintsugi.core.internal.index.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.MemoryIndex;
import dev.kintsugi.core.internal.index.Rows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random transactions, compared with the model. The model finds dead stripes by looking at
 * everything, so that agreement shows that the index misses none by looking at what changed.
 */
class SqliteIndexRandomTest {
  private static final int RUNS = Boolean.getBoolean("kintsugi.campaign") ? 500 : 5;
  private static final int INODES = 12;
  private static final int ARCHIVES = 3;
  private static final List<Rows.RecordKind> KINDS = List.of(Rows.RecordKind.values());

  @TempDir Path directory;

  @Test
  void randomTransactionsAgreeWithTheModel() {
    for (int run = 0; run < RUNS; run++) {
      long seed = new Random().nextLong();
      Path file = directory.resolve("index" + run);
      Index real = SqliteIndex.create(file);
      try (Index model = new MemoryIndex()) {
        Run both = new Run(seed);
        for (int i = 0; i < 60; i++) {
          both.transaction(real, model);
          if (i % 20 == 19) {
            real.close();
            real = SqliteIndex.open(file);
          }
        }
        assertTrue(both.retired > 20, "seed " + seed + " retired " + both.retired);
        assertTrue(both.forgotten > 5, "seed " + seed + " forgot " + both.forgotten);
      } finally {
        real.close();
      }
    }
  }

  /** Plans transactions by what the model holds and does them to both. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final List<String> log = new ArrayList<>();
    private long version;
    private int retired;
    private int forgotten;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void transaction(Index real, Index model) {
      version++;
      boolean fails = random.nextInt(5) == 0;
      long opsSeed = random.nextLong();
      log.clear();
      String expected = attempt(model, opsSeed, fails);
      List<String> modelLog = List.copyOf(log);
      log.clear();
      String got = attempt(real, opsSeed, fails);
      assertEquals(modelLog, log, "seed " + seed);
      assertEquals(expected, got, "seed " + seed + " " + log);
      assertEquals(model.read(Run::describe), real.read(Run::describe), "seed " + seed + " " + log);
    }

    private String attempt(Index index, long opsSeed, boolean fails) {
      Random own = new Random(opsSeed);
      try {
        return index.write(
            writer -> {
              for (int i = own.nextInt(12); i >= 0; i--) {
                operation(writer, own);
              }
              if (fails) {
                throw new IllegalCallerException("on purpose");
              }
              return describe(writer);
            });
      } catch (IllegalCallerException e) {
        return "rolled back";
      }
    }

    private void operation(IndexWriter w, Random own) {
      long ino = own.nextInt(INODES);
      switch (own.nextInt(14)) {
        case 0, 1 -> {
          log.add("putInode " + ino);
          w.putInode(new Rows.Inode(ino, version, own.nextLong(), bytes(own, 5)));
        }
        case 2, 3 -> {
          List<StripeId> stripes = some(own, w, s -> s.role() == Role.DATA && !s.retired());
          log.add("putContent " + ino + " " + stripes);
          w.putContent(new Rows.Content(ino, version, own.nextLong(), bytes(own, 5)), stripes);
        }
        case 4 -> {
          log.add("removeContent " + ino);
          w.removeContent(ino);
        }
        case 5 -> {
          log.add("removeInode " + ino);
          for (Rows.Entry entry : w.entriesNaming(ino)) {
            w.removeEntry(entry.parent(), entry.nameHash());
          }
          if (!w.hasEntries(ino)) {
            w.removeInode(ino);
          }
        }
        case 6 -> {
          log.add("putEntry " + ino);
          byte[] hash = new byte[16];
          hash[own.nextInt(16)] = (byte) own.nextInt();
          w.putEntry(new Rows.Entry(own.nextInt(INODES), hash, ino, own.nextLong(), bytes(own, 9)));
        }
        case 7, 8, 9 -> putStripe(w, own);
        case 10 -> {
          for (StripeId id : some(own, w, s -> true)) {
            Rows.Shard old = w.shards(id).get(0);
            log.add("putShard " + id);
            w.putShard(
                new Rows.Shard(
                    id, old.index(), own.nextInt(ARCHIVES), name(own), own.nextBoolean()));
          }
        }
        case 11, 12 -> {
          List<StripeId> dead = w.retireDead();
          retired += dead.size();
          log.add("retireDead " + dead);
        }
        default -> {
          for (StripeId id : some(own, w, Rows.Stripe::retired)) {
            for (Rows.Shard shard : w.shards(id)) {
              if (own.nextInt(4) != 0) {
                log.add("removeShard " + shard);
                w.removeShard(id, shard.index());
              }
            }
            forgotten += w.stripe(id).isEmpty() ? 1 : 0;
          }
        }
      }
    }

    private void putStripe(IndexWriter w, Random own) {
      StripeId id = new StripeId(own.nextLong(), own.nextLong());
      Role role = own.nextInt(3) == 0 ? Role.DATA : Role.MANIFEST;
      List<Rows.Shard> shards = new ArrayList<>();
      for (int i = 0; i <= own.nextInt(3); i++) {
        shards.add(new Rows.Shard(id, i, own.nextInt(ARCHIVES), name(own), own.nextInt(4) == 0));
      }
      w.putStripe(
          new Rows.Stripe(id, role, "rs:4+2", own.nextInt(1000), version, 7, false), shards);
      log.add("putStripe " + id + " " + role);
      if (role == Role.MANIFEST) {
        List<Rows.ManifestRecord> records = new ArrayList<>();
        for (long ino = 0; ino < INODES; ino++) {
          if (own.nextInt(4) == 0) {
            Rows.RecordKind kind = KINDS.get(own.nextInt(KINDS.size()));
            records.add(new Rows.ManifestRecord(id, kind, ino, version - own.nextInt(2)));
          }
        }
        log.add("putRecords " + records);
        w.putRecords(records);
      }
    }

    private static List<StripeId> some(
        Random own, IndexReader reader, Predicate<Rows.Stripe> which) {
      List<StripeId> some = new ArrayList<>();
      for (Rows.Stripe stripe : reader.stripes(null, 1000)) {
        if (which.test(stripe) && own.nextInt(3) == 0) {
          some.add(stripe.id());
        }
      }
      return some;
    }

    private static ShardName name(Random own) {
      return new ShardName(own.nextLong(), own.nextLong());
    }

    private static byte[] bytes(Random own, int length) {
      byte[] bytes = new byte[length];
      own.nextBytes(bytes);
      return bytes;
    }

    /** Writes down everything that can be asked. */
    private static String describe(IndexReader r) {
      StringBuilder text = new StringBuilder();
      Function<byte[], String> hex = BaseEncoding.base16()::encode;
      r.inodes(
          i ->
              text.append(
                  "inode %d %d %d %s%n"
                      .formatted(i.ino(), i.version(), i.leaf(), hex.apply(i.sealed()))));
      for (long ino = 0; ino < INODES; ino++) {
        r.content(ino)
            .ifPresent(
                c ->
                    text.append(
                        "content %d %d %d %s%n"
                            .formatted(c.ino(), c.version(), c.leaf(), hex.apply(c.sealed()))));
        List<Rows.Entry> all = new ArrayList<>(r.entriesNaming(ino));
        r.entries(ino, all::add);
        all.addAll(r.entries(ino, new byte[] {3}, 2));
        for (Rows.Entry e : all) {
          text.append(
              "entry %d %s %d %d %s%n"
                  .formatted(
                      e.parent(),
                      hex.apply(e.nameHash()),
                      e.ino(),
                      e.leaf(),
                      hex.apply(e.sealedName())));
        }
        text.append(r.hasEntries(ino));
      }
      for (Rows.Stripe stripe : r.stripes(null, 1000)) {
        text.append(stripe)
            .append(r.shards(stripe.id()))
            .append(r.inodesIn(stripe.id()))
            .append(r.records(stripe.id()))
            .append('\n');
        for (Rows.Shard shard : r.shards(stripe.id())) {
          text.append(r.shardNamed(shard.archive(), shard.name()).isPresent());
        }
      }
      text.append(r.stripeCount()).append(r.retiredStripes(5));
      text.append(r.stripesWithMissingShards(null, 3));
      text.append(r.stripesWithMissingShards(new StripeId(1L << 62, 0), 100));
      for (int archive = 0; archive < ARCHIVES; archive++) {
        text.append(r.archiveTotals(archive));
      }
      return text.toString();
    }
  }
}
