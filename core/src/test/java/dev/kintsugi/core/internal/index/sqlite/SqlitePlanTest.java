package dev.kintsugi.core.internal.index.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No statement looks at a whole table, except those that must. */
class SqlitePlanTest {
  /** Every inode in the order of numbers; how many stripes there are; what was touched. */
  private static final Set<String> ALLOWED =
      Set.of(
          "SCAN inode",
          "SCAN stripe USING INDEX stripe_retired",
          "SCAN stripe USING COVERING INDEX sqlite_autoindex_stripe_1",
          "SCAN touched",
          "SCAN CONSTANT ROW");

  @TempDir Path directory;

  @Test
  void statementsUseIndexes() {
    try (SqlConnection sql =
        SqliteIndex.connect(directory.resolve("index"), Duration.ofSeconds(1), false)) {
      SqliteSchema.CURRENT.create(sql);
      runEverything(new SqliteWriter(sql));
      Set<String> scans = new TreeSet<>();
      int explained = 0;
      for (String statement : sql.statements()) {
        if (statement.matches("(?s)(SELECT|INSERT|UPDATE|DELETE).*")) {
          explained++;
          plan(sql, statement).stream()
              .filter(step -> step.startsWith("SCAN") && !ALLOWED.contains(step))
              .forEach(step -> scans.add(step + " in " + statement));
        }
      }
      assertTrue(explained > 40, "statements explained: " + explained);
      assertEquals(Set.of(), scans);
      assertFalse(
          plan(sql, "SELECT ino FROM entry WHERE leaf = 7").isEmpty(), "plans are not readable");
      assertEquals(
          List.of("SCAN entry"), plan(sql, "SELECT ino FROM entry WHERE leaf = 7"), "a bad plan");
    }
  }

  @Test
  void deadStripesAreLookedForAmongTheTouchedOnly() {
    try (SqlConnection sql =
        SqliteIndex.connect(directory.resolve("index"), Duration.ofSeconds(1), false)) {
      SqliteSchema.CURRENT.create(sql);
      List<String> plan = plan(sql, SqliteWriter.DEAD);
      assertEquals("SCAN touched", plan.get(0));
      assertEquals(
          "SEARCH stripe USING INTEGER PRIMARY KEY (rowid=?)", plan.get(1), plan.toString());
    }
  }

  private static List<String> plan(SqlConnection sql, String statement) {
    return sql.list("EXPLAIN QUERY PLAN " + statement, row -> row.getString(4));
  }

  private static void runEverything(SqliteWriter w) {
    StripeId data = new StripeId(1, 1);
    StripeId manifest = new StripeId(2, 2);
    byte[] hash = new byte[16];
    for (StripeId id : List.of(data, manifest)) {
      w.putStripe(
          new Rows.Stripe(
              id, id.equals(data) ? Role.DATA : Role.MANIFEST, "rs:1+1", 1, 1, 1, false),
          List.of(new Rows.Shard(id, 0, 0, ShardName.random(), true)));
    }
    w.putInode(new Rows.Inode(1, 1, 1, hash));
    w.putContent(new Rows.Content(1, 1, 1, hash), List.of(data));
    w.putContent(new Rows.Content(1, 2, 1, hash), List.of());
    w.putEntry(new Rows.Entry(2, hash, 1, 1, hash));
    w.putRecords(List.of(new Rows.ManifestRecord(manifest, Rows.RecordKind.INODE, 1, 0)));
    w.setCounter("c", 1);
    w.counter("c");
    w.inode(1);
    w.content(1);
    w.entry(2, hash);
    w.entries(2, e -> {});
    w.entries(2, null, 5);
    w.entriesNaming(1);
    w.inodes(i -> {});
    w.stripes(null, 5);
    w.stripeCount();
    Rows.Shard shard = w.shards(data).get(0);
    w.shardNamed(0, shard.name());
    w.putShard(new Rows.Shard(data, 0, 0, shard.name(), false));
    w.stripesWithMissingShards(null, 5);
    w.inodesIn(data);
    w.records(manifest);
    w.archiveTotals(0);
    w.removeEntry(2, hash);
    w.removeContent(1);
    w.removeInode(1);
    w.retireDead();
    w.retiredStripes(5);
    w.removeShard(manifest, 0);
  }
}
