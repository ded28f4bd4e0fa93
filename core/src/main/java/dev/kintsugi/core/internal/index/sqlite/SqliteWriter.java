package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes on the connection of the writer, inside its transaction.
 *
 * <p>Design of {@link #retireDead}. Whether something live is in a stripe is a question about many
 * rows, so it is asked only of stripes where the answer may have become no: the table {@code
 * touched}. A stripe is touched when it is inserted or gets records, when a reference to it is
 * dropped, when the version that one of its records holds is superseded or removed, and, for
 * tombstones, when another stripe with a record of their inode is forgotten. The table is part of
 * the database, so that a transaction which fails or does not ask leaves nothing unasked.
 */
final class SqliteWriter extends SqliteReader implements IndexWriter {
  /** Touched stripes in which nothing is live. CROSS JOIN makes SQLite start from the few. */
  static final String DEAD =
      """
      SELECT stripe.id FROM touched CROSS JOIN stripe ON stripe.num = touched.stripe
      WHERE stripe.retired = 0 AND CASE stripe.role
        WHEN ?1 THEN NOT EXISTS (SELECT 1 FROM content_stripe AS ref
          WHERE ref.stripe = stripe.num)
        ELSE NOT EXISTS (SELECT 1 FROM record WHERE record.stripe = stripe.num
          AND CASE record.kind
            WHEN ?2 THEN EXISTS (SELECT 1 FROM inode
              WHERE inode.ino = record.ino AND inode.version = record.version)
            WHEN ?3 THEN EXISTS (SELECT 1 FROM content
              WHERE content.ino = record.ino AND content.version = record.version)
            ELSE EXISTS (SELECT 1 FROM record AS other
              WHERE other.ino = record.ino AND other.kind < ?4
                AND other.stripe <> record.stripe) END) END
      ORDER BY stripe.id""";

  SqliteWriter(SqlConnection connection) {
    super(connection);
  }

  @Override
  public void putInode(Rows.Inode row) {
    touchSuperseded("inode", Rows.RecordKind.INODE, row.ino(), row.version());
    sql()
        .update(
            "INSERT INTO inode (ino, version, leaf, sealed) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (ino) DO UPDATE SET version = excluded.version,"
                + " leaf = excluded.leaf, sealed = excluded.sealed",
            row.ino(),
            row.version(),
            row.leaf(),
            row.sealed());
  }

  @Override
  public void putContent(Rows.Content row, Collection<StripeId> stripes) {
    Set<Long> wanted = new HashSet<>();
    for (StripeId id : stripes) {
      wanted.add(liveStripe(id));
    }
    touchSuperseded("content", Rows.RecordKind.CONTENT, row.ino(), row.version());
    sql()
        .update(
            "INSERT INTO content (ino, version, leaf, sealed) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (ino) DO UPDATE SET version = excluded.version,"
                + " leaf = excluded.leaf, sealed = excluded.sealed",
            row.ino(),
            row.version(),
            row.leaf(),
            row.sealed());
    for (long old : referencedBy(row.ino())) {
      if (!wanted.remove(old)) {
        touch(old);
        sql().update("DELETE FROM content_stripe WHERE ino = ? AND stripe = ?", row.ino(), old);
      }
    }
    for (long fresh : wanted) {
      sql().update("INSERT INTO content_stripe (ino, stripe) VALUES (?, ?)", row.ino(), fresh);
    }
  }

  @Override
  public void removeContent(long ino) {
    touchSuperseded("content", Rows.RecordKind.CONTENT, ino, NO_VERSION);
    referencedBy(ino).forEach(this::touch);
    sql().update("DELETE FROM content_stripe WHERE ino = ?", ino);
    sql().update("DELETE FROM content WHERE ino = ?", ino);
  }

  @Override
  public void removeInode(long ino) {
    if (hasEntries(ino) || sql().exists("SELECT 1 FROM entry WHERE ino = ?", ino)) {
      throw new IllegalStateException("inode " + ino + " still has entries or is named by some");
    }
    removeContent(ino);
    touchSuperseded("inode", Rows.RecordKind.INODE, ino, NO_VERSION);
    sql().update("DELETE FROM inode WHERE ino = ?", ino);
  }

  @Override
  public void putEntry(Rows.Entry row) {
    sql()
        .update(
            "INSERT INTO entry (parent, name_hash, ino, leaf, sealed_name) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT (parent, name_hash) DO UPDATE SET ino = excluded.ino,"
                + " leaf = excluded.leaf, sealed_name = excluded.sealed_name",
            row.parent(),
            row.nameHash(),
            row.ino(),
            row.leaf(),
            row.sealedName());
  }

  @Override
  public void removeEntry(long parent, byte[] nameHash) {
    sql().update("DELETE FROM entry WHERE parent = ? AND name_hash = ?", parent, nameHash);
  }

  @Override
  public void putStripe(Rows.Stripe stripe, Collection<Rows.Shard> shards) {
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("stripe " + stripe.id() + " has no shards");
    }
    sql()
        .update(
            "INSERT INTO stripe"
                + " (id, role, scheme, shard_length, sequence, head, retired, missing)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            stripe.id().toBytes(),
            stripe.role().code(),
            stripe.scheme(),
            stripe.shardLength(),
            stripe.sequence(),
            stripe.head(),
            stripe.retired() ? 1 : 0,
            shards.stream().filter(Rows.Shard::missing).count());
    long num = number(stripe.id());
    for (Rows.Shard shard : shards) {
      if (!shard.stripe().equals(stripe.id())) {
        throw new IllegalArgumentException(
            "a shard of stripe " + shard.stripe() + " is given for stripe " + stripe.id());
      }
      sql()
          .update(
              "INSERT INTO shard (stripe, idx, archive, name, missing) VALUES (?, ?, ?, ?, ?)",
              num,
              shard.index(),
              shard.archive(),
              shard.name().toBytes(),
              shard.missing() ? 1 : 0);
    }
    touch(num);
  }

  @Override
  public void putRecords(Collection<Rows.ManifestRecord> records) {
    for (Rows.ManifestRecord record : records) {
      long num = number(record.stripe());
      sql()
          .update(
              "INSERT INTO record (stripe, ino, kind, version) VALUES (?, ?, ?, ?)",
              num,
              record.ino(),
              record.kind().code(),
              record.version());
      touch(num);
    }
  }

  @Override
  public void putShard(Rows.Shard shard) {
    long num = number(shard.stripe());
    boolean wasMissing =
        sql()
            .first(
                "SELECT missing FROM shard WHERE stripe = ? AND idx = ?",
                row -> row.getBoolean(1),
                num,
                shard.index())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "stripe " + shard.stripe() + " has no shard " + shard.index()));
    sql()
        .update(
            "UPDATE shard SET archive = ?, name = ?, missing = ? WHERE stripe = ? AND idx = ?",
            shard.archive(),
            shard.name().toBytes(),
            shard.missing() ? 1 : 0,
            num,
            shard.index());
    if (wasMissing != shard.missing()) {
      addMissing(num, shard.missing() ? 1 : -1);
    }
  }

  @Override
  public List<StripeId> retireDead() {
    List<StripeId> dead =
        sql()
            .list(
                DEAD,
                row -> StripeId.of(row.getBytes(1)),
                Role.DATA.code(),
                Rows.RecordKind.INODE.code(),
                Rows.RecordKind.CONTENT.code(),
                Rows.RecordKind.TOMBSTONE.code());
    for (StripeId id : dead) {
      sql().update("UPDATE stripe SET retired = 1 WHERE id = ?", (Object) id.toBytes());
    }
    sql().update("DELETE FROM touched");
    return dead;
  }

  @Override
  public void removeShard(StripeId stripe, int index) {
    Optional<Rows.Stripe> row = stripe(stripe);
    if (row.isEmpty()) {
      return;
    }
    if (!row.get().retired()) {
      throw new IllegalStateException("stripe " + stripe + " is not retired");
    }
    long num = number(stripe);
    if (sql()
        .exists("SELECT 1 FROM shard WHERE stripe = ? AND idx = ? AND missing = 1", num, index)) {
      addMissing(num, -1);
    }
    sql().update("DELETE FROM shard WHERE stripe = ? AND idx = ?", num, index);
    if (!sql().exists("SELECT 1 FROM shard WHERE stripe = ?", num)) {
      sql()
          .update(
              """
              INSERT OR IGNORE INTO touched
              SELECT tombstone.stripe FROM record CROSS JOIN record AS tombstone
                ON tombstone.ino = record.ino AND tombstone.kind = ?2
              WHERE record.stripe = ?1 AND record.kind < ?2 AND tombstone.stripe <> ?1""",
              num,
              Rows.RecordKind.TOMBSTONE.code());
      sql().update("DELETE FROM stripe WHERE num = ?", num);
    }
  }

  @Override
  public void setCounter(String name, long value) {
    sql()
        .update(
            "INSERT INTO counter (name, value) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value);
  }

  private static final long NO_VERSION = Long.MIN_VALUE;

  /** Touches the stripe with the record of a row's version, if that version is about to change. */
  private void touchSuperseded(String table, Rows.RecordKind kind, long ino, long newVersion) {
    sql()
        .update(
            "INSERT OR IGNORE INTO touched SELECT stripe FROM record WHERE ino = ?1 AND kind = ?2"
                + " AND version = (SELECT version FROM "
                + table
                + " WHERE ino = ?1 AND version <> ?3)",
            ino,
            kind.code(),
            newVersion);
  }

  private void touch(long num) {
    sql().update("INSERT OR IGNORE INTO touched (stripe) VALUES (?)", num);
  }

  private List<Long> referencedBy(long ino) {
    return sql()
        .list("SELECT stripe FROM content_stripe WHERE ino = ?", row -> row.getLong(1), ino);
  }

  private void addMissing(long num, int change) {
    sql().update("UPDATE stripe SET missing = missing + ? WHERE num = ?", change, num);
  }

  /** Returns the short number by which rows refer to a stripe. */
  private long number(StripeId id) {
    return sql()
        .first("SELECT num FROM stripe WHERE id = ?", row -> row.getLong(1), id.toBytes())
        .orElseThrow(() -> new IllegalArgumentException("there is no stripe " + id));
  }

  /** Returns the number of a data stripe that content may refer to. */
  private long liveStripe(StripeId id) {
    return sql()
        .first(
            "SELECT num FROM stripe WHERE id = ? AND role = ? AND retired = 0",
            row -> row.getLong(1),
            id.toBytes(),
            Role.DATA.code())
        .orElseThrow(() -> new IllegalArgumentException("there is no live data stripe " + id));
  }
}
