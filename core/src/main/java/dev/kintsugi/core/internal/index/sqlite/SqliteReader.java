package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Queries on one connection inside a transaction, which gives them one snapshot. */
class SqliteReader implements IndexReader {
  private static final byte[] BEFORE_ALL = {};

  private static final String STRIPE =
      "SELECT id, role, scheme, shard_length, sequence, head, retired FROM stripe";
  private static final String SHARD =
      "SELECT stripe.id, shard.idx, shard.archive, shard.name, shard.missing"
          + " FROM shard JOIN stripe ON stripe.num = shard.stripe";
  private static final String ENTRY = "SELECT parent, name_hash, ino, leaf, sealed_name FROM entry";
  private static final String INODE = "SELECT ino, version, leaf, sealed FROM inode";

  private final SqlConnection connection;
  private boolean ended;

  SqliteReader(SqlConnection connection) {
    this.connection = connection;
  }

  /** Makes every later call fail: the snapshot is gone. */
  final void end() {
    ended = true;
  }

  /** Returns the connection while the transaction lasts. */
  final SqlConnection sql() {
    if (ended) {
      throw new IllegalStateException("the index's snapshot is used after its function returned");
    }
    return connection;
  }

  @Override
  public final Optional<Rows.Inode> inode(long ino) {
    return sql().first(INODE + " WHERE ino = ?", SqliteReader::readInode, ino);
  }

  @Override
  public final Optional<Rows.Content> content(long ino) {
    return sql()
        .first(
            "SELECT ino, version, leaf, sealed FROM content WHERE ino = ?",
            row ->
                new Rows.Content(row.getLong(1), row.getLong(2), row.getLong(3), row.getBytes(4)),
            ino);
  }

  @Override
  public final Optional<Rows.Entry> entry(long parent, byte[] nameHash) {
    return sql()
        .first(
            ENTRY + " WHERE parent = ? AND name_hash = ?",
            SqliteReader::readEntry,
            parent,
            nameHash);
  }

  @Override
  public final void entries(long parent, Consumer<Rows.Entry> visitor) {
    sql()
        .forEach(
            ENTRY + " WHERE parent = ? ORDER BY name_hash",
            SqliteReader::readEntry,
            visitor,
            parent);
  }

  @Override
  public final List<Rows.Entry> entries(long parent, byte @Nullable [] after, int limit) {
    return sql()
        .list(
            ENTRY + " WHERE parent = ? AND name_hash > ? ORDER BY name_hash LIMIT ?",
            SqliteReader::readEntry,
            parent,
            after == null ? BEFORE_ALL : after,
            limit);
  }

  @Override
  public final boolean hasEntries(long parent) {
    return sql().exists("SELECT 1 FROM entry WHERE parent = ?", parent);
  }

  @Override
  public final List<Rows.Entry> entriesNaming(long ino) {
    return sql()
        .list(ENTRY + " WHERE ino = ? ORDER BY parent, name_hash", SqliteReader::readEntry, ino);
  }

  @Override
  public final void inodes(Consumer<Rows.Inode> visitor) {
    sql().forEach(INODE + " ORDER BY ino", SqliteReader::readInode, visitor);
  }

  @Override
  public final Optional<Rows.Stripe> stripe(StripeId id) {
    return sql().first(STRIPE + " WHERE id = ?", SqliteReader::readStripe, id.toBytes());
  }

  @Override
  public final List<Rows.Shard> shards(StripeId id) {
    return sql()
        .list(
            SHARD + " WHERE stripe.id = ? ORDER BY shard.idx",
            SqliteReader::readShard,
            id.toBytes());
  }

  @Override
  public final List<Rows.Stripe> stripes(@Nullable StripeId after, int limit) {
    return sql()
        .list(
            STRIPE + " WHERE id > ? ORDER BY id LIMIT ?",
            SqliteReader::readStripe,
            start(after),
            limit);
  }

  @Override
  public final long stripeCount() {
    return sql().number("SELECT count(*) FROM stripe");
  }

  @Override
  public final Optional<Rows.Shard> shardNamed(int archive, ShardName name) {
    return sql()
        .first(
            SHARD + " WHERE shard.archive = ? AND shard.name = ?",
            SqliteReader::readShard,
            archive,
            name.toBytes());
  }

  @Override
  public final List<Rows.Stripe> stripesWithMissingShards(@Nullable StripeId after, int limit) {
    return sql()
        .list(
            STRIPE + " WHERE missing > 0 AND retired = 0 AND id > ? ORDER BY id LIMIT ?",
            SqliteReader::readStripe,
            start(after),
            limit);
  }

  @Override
  public final List<Rows.Stripe> retiredStripes(@Nullable StripeId after, int limit) {
    // A stripe lives no longer than its last shard, so every retired stripe still has shards.
    return sql()
        .list(
            STRIPE + " WHERE retired = 1 AND id > ? ORDER BY id LIMIT ?",
            SqliteReader::readStripe,
            start(after),
            limit);
  }

  @Override
  public final List<Long> inodesIn(StripeId id) {
    return sql()
        .list(
            """
            SELECT ino FROM content_stripe
              WHERE stripe = (SELECT num FROM stripe WHERE id = ?1)
            UNION
            SELECT ino FROM record
              WHERE stripe = (SELECT num FROM stripe WHERE id = ?1)
                AND (kind = 1 AND EXISTS (SELECT 1 FROM inode
                       WHERE inode.ino = record.ino AND inode.version = record.version)
                  OR kind = 2 AND EXISTS (SELECT 1 FROM content
                       WHERE content.ino = record.ino AND content.version = record.version))
            ORDER BY ino""",
            row -> row.getLong(1),
            (Object) id.toBytes());
  }

  @Override
  public final List<Rows.ManifestRecord> records(StripeId id) {
    return sql()
        .list(
            "SELECT kind, ino, version FROM record"
                + " WHERE stripe = (SELECT num FROM stripe WHERE id = ?) ORDER BY ino, kind",
            row -> new Rows.ManifestRecord(id, kind(row.getInt(1)), row.getLong(2), row.getLong(3)),
            (Object) id.toBytes());
  }

  @Override
  public final ArchiveTotals archiveTotals(int archive) {
    return sql()
        .first(
            """
            SELECT count(*), coalesce(sum(stripe.shard_length), 0), coalesce(sum(shard.missing), 0)
            FROM shard JOIN stripe ON stripe.num = shard.stripe
            WHERE shard.archive = ? AND stripe.retired = 0""",
            row -> new ArchiveTotals(row.getLong(1), row.getLong(2), row.getLong(3)),
            archive)
        .orElseThrow();
  }

  @Override
  public final OptionalLong counter(String name) {
    return sql()
        .list("SELECT value FROM counter WHERE name = ?", row -> row.getLong(1), name)
        .stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** Returns what sorts before the first id of a page. */
  private static byte[] start(@Nullable StripeId after) {
    return after == null ? BEFORE_ALL : after.toBytes();
  }

  private static Rows.Inode readInode(ResultSet row) throws SQLException {
    return new Rows.Inode(row.getLong(1), row.getLong(2), row.getLong(3), row.getBytes(4));
  }

  private static Rows.Entry readEntry(ResultSet row) throws SQLException {
    return new Rows.Entry(
        row.getLong(1), row.getBytes(2), row.getLong(3), row.getLong(4), row.getBytes(5));
  }

  private static Rows.Stripe readStripe(ResultSet row) throws SQLException {
    return new Rows.Stripe(
        StripeId.of(row.getBytes(1)),
        role(row.getInt(2)),
        row.getString(3),
        row.getInt(4),
        row.getLong(5),
        row.getInt(6),
        row.getBoolean(7));
  }

  private static Rows.Shard readShard(ResultSet row) throws SQLException {
    return new Rows.Shard(
        StripeId.of(row.getBytes(1)),
        row.getInt(2),
        row.getInt(3),
        ShardName.of(row.getBytes(4)),
        row.getBoolean(5));
  }

  private static Role role(int code) {
    for (Role role : Role.values()) {
      if (role.code() == code) {
        return role;
      }
    }
    throw new FormatException("the index holds a stripe with the unknown role " + code);
  }

  private static Rows.RecordKind kind(int code) {
    for (Rows.RecordKind kind : Rows.RecordKind.values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw new FormatException("the index holds a record of the unknown kind " + code);
  }
}
