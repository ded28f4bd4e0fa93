package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Mends a stripe whose wholly intact shards do not determine the others, as scattered damage leaves
 * it.
 *
 * <p>A code works byte by byte, so a stripe is lost only where too few shards are sound <em>at the
 * same place</em>. Each run of {@value ShardRecord#CHUNK} payload bytes is decoded from the shards
 * whose checksum of that run holds. Where these are too few, the parity relation itself tells which
 * bytes are wrong, in ever smaller ranges: see {@link ErrorLocator}. Neither is a protection
 * against malice, so the result counts only if the MACs of enough shards to determine all others
 * hold for it; a shard whose MAC does not hold for what it claims counts as unsound everywhere and
 * the stripe is tried again.
 */
final class ColumnMender {
  private final Archives archives;
  private final ArchivePool pool;
  private final GroupKeys keys;

  ColumnMender(Archives archives, ArchivePool pool, GroupKeys keys) {
    this.archives = archives;
    this.pool = pool;
    this.keys = keys;
  }

  /**
   * A stripe made whole.
   *
   * @param rows for each shard an array with its payload after {@link ShardPrefix#LENGTH} bytes
   * @param header the header of one of its shards
   * @param bytesRead how many bytes archives sent
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Mended(byte[][] rows, ShardHeader header, long bytesRead) {}

  /** Reads what is there of every shard; empty if that does not determine the stripe. */
  Optional<Mended> mend(Stripe stripe) {
    Scheme scheme = Scheme.parse(stripe.row().scheme());
    int length = stripe.row().shardLength();
    List<CompletableFuture<Claim>> reads = new ArrayList<>();
    for (int i = 0; i < scheme.totalShards(); i++) {
      int index = i;
      reads.add(pool.submit(stripe.archive(i), () -> read(stripe, index)));
    }
    List<Claim> claims = reads.stream().map(ArchivePool::await).toList();
    ErrorLocator locator = ErrorLocator.of(scheme.code());
    while (decode(locator, length, claims)) {
      BitSet authentic = new BitSet();
      List<Claim> liars = new ArrayList<>();
      @Nullable ShardHeader header = null;
      for (int i = 0; i < claims.size(); i++) {
        Claim claim = claims.get(i);
        ShardHeader.Authenticated opened = claim.opened;
        if (opened == null) {
          continue;
        }
        // The MAC binds the header's index, and the prefix opens under its own name only.
        if (authentic(stripe, i, opened, claim.record)) {
          authentic.set(i);
          header = opened.header();
        } else if (!claim.sound.isEmpty()) {
          liars.add(claim);
        }
      }
      if (header != null && scheme.code().decodable(authentic)) {
        // Everything else is computed from what was authenticated, whatever it claimed to be.
        for (int i = 0; i < claims.size(); i++) {
          claims.get(i).sound.set(0, chunks(length), authentic.get(i));
        }
        decode(locator, length, claims);
        byte[][] rows = claims.stream().map(c -> c.record).toArray(byte[][]::new);
        return Optional.of(
            new Mended(rows, header, claims.stream().mapToLong(c -> c.bytesRead).sum()));
      }
      List<Claim> doubtful =
          liars.isEmpty()
              ? claims.stream().filter(c -> c.opened == null && !c.sound.isEmpty()).toList()
              : liars;
      if (doubtful.isEmpty()) {
        return Optional.empty();
      }
      doubtful.forEach(Claim::distrust);
    }
    return Optional.empty();
  }

  private static int chunks(int length) {
    return (length + ShardRecord.CHUNK - 1) / ShardRecord.CHUNK;
  }

  /** Returns whether a payload, as coded, is the one of which the header has the MAC, as stored. */
  private boolean authentic(
      Stripe stripe, int index, ShardHeader.Authenticated opened, byte[] record) {
    stripe.maskRecord(keys, index, record);
    try {
      return ShardRecord.payloadAuthentic(keys.shards(), opened, record, ShardPrefix.LENGTH);
    } finally {
      stripe.maskRecord(keys, index, record);
    }
  }

  /** Fills the chunks that are not sound; returns false if some chunk cannot be determined. */
  private static boolean decode(ErrorLocator locator, int length, List<Claim> claims) {
    ErasureCode code = locator.code();
    int total = claims.size();
    byte[][] rows = claims.stream().map(c -> c.record).toArray(byte[][]::new);
    for (int at = 0; at < length; at += ShardRecord.CHUNK) {
      int chunk = at / ShardRecord.CHUNK;
      BitSet present = new BitSet(total);
      boolean[] there = new boolean[total];
      for (int i = 0; i < total; i++) {
        there[i] = claims.get(i).sound.get(chunk);
        present.set(i, there[i]);
      }
      int run = Math.min(ShardRecord.CHUNK, length - at);
      if (code.decodable(present)) {
        code.reconstruct(rows, there, ShardPrefix.LENGTH + at, run);
      } else {
        BitSet erased = new BitSet(total);
        for (int i = 0; i < total; i++) {
          erased.set(i, !there[i] && !claims.get(i).unsound.get(chunk));
        }
        if (!correct(locator, rows, erased, ShardPrefix.LENGTH + at, run)) {
          return false;
        }
      }
      for (Claim claim : claims) {
        claim.unsound.clear(chunk); // what the archive sent is not there any more
      }
    }
    return true;
  }

  /**
   * Puts right what the parity relation locates, in parts that are halved until each has few enough
   * wrong rows; returns false if even a single byte has too many.
   */
  private static boolean correct(
      ErrorLocator locator, byte[][] rows, BitSet erased, int at, int length) {
    Location found = locator.locate(rows, erased, at, length);
    BitSet right = new BitSet(rows.length);
    right.set(0, rows.length);
    right.andNot(erased);
    right.andNot(found.shards());
    boolean certain =
        found.outcome() == Location.Outcome.CLEAN || found.outcome() == Location.Outcome.LOCATED;
    if (certain && locator.code().decodable(right)) {
      boolean[] there = new boolean[rows.length];
      right.stream().forEach(i -> there[i] = true);
      locator.code().reconstruct(rows, there, at, length);
      return true;
    }
    int half = length / 2;
    return length > 1
        && correct(locator, rows, erased, at, half)
        && correct(locator, rows, erased, at + half, length - half);
  }

  private Claim read(Stripe stripe, int index) {
    int length = stripe.row().shardLength();
    byte[] record = new byte[ShardRecord.recordLength(length)];
    int read = 0;
    try {
      read =
          ShardInspector.readFully(
              archives.backend(stripe.archive(index)), stripe.name(index), ByteBuffer.wrap(record));
    } catch (IOException e) {
      // The inspection that came before reports why; here the shard just has nothing to say.
      return new Claim(record, new BitSet(), new BitSet(), null, read);
    }
    BitSet sound = ShardRecord.soundChunks(record, length);
    stripe.maskRecord(keys, index, record);
    BitSet unsound = new BitSet();
    if (read == record.length) {
      unsound.set(0, chunks(length));
      unsound.andNot(sound);
    }
    ShardHeader.Authenticated opened = null;
    try {
      opened =
          ShardPrefix.parse(record, 0, record.length, record.length)
              .open(keys.shards(), stripe.name(index))
              .filter(o -> stripe.agrees(o.header(), index))
              .orElse(null);
    } catch (FormatException e) {
      opened = null; // a damaged header says nothing, its payload may still be sound
    }
    Claim claim = new Claim(record, sound, unsound, opened, read);
    if (opened != null
        && sound.cardinality() == chunks(length)
        && !authentic(stripe, index, opened, record)) {
      claim.distrust(); // nothing of it can be an accident, so nothing is computed from it
    }
    return claim;
  }

  /**
   * What one archive has to say of a shard: its record with the payload as coded, the chunks whose
   * checksum holds, and those that came all the same. All are unsound when it is found lying.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Claim(
      byte[] record,
      BitSet sound,
      BitSet unsound,
      ShardHeader.@Nullable Authenticated opened,
      int bytesRead) {
    void distrust() {
      unsound.or(sound);
      sound.clear();
    }
  }
}
