package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads whole shard records and checks every level of them. Thread-safe. */
final class ShardInspector {
  private final Archives archives;
  private final GroupKeys keys;
  private final ShardBuffers buffers;

  ShardInspector(Archives archives, GroupKeys keys, ShardBuffers buffers) {
    this.archives = archives;
    this.keys = keys;
    this.buffers = buffers;
  }

  /**
   * What was found of one shard: its record, or what is wrong with it.
   *
   * @param record the whole record's bytes, but for the payload, which is as it was coded, in an
   *     array of the pool; null unless intact
   * @param header its header; null unless intact
   * @param problem null if intact
   * @param bytesRead how many bytes the archive sent
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Inspection(
      byte @Nullable [] record,
      @Nullable ShardHeader header,
      @Nullable ShardProblem problem,
      long bytesRead) {}

  /** Reads and checks one shard of a stripe. Never throws for what an archive does. */
  Inspection inspect(Stripe stripe, int index) {
    int expected = ShardRecord.recordLength(stripe.row().shardLength());
    byte[] bytes = buffers.take(expected);
    boolean kept = false;
    int read = 0;
    try {
      Backend backend = archives.backend(stripe.archive(index));
      ShardName name = stripe.name(index);
      read = readFully(backend, name, ByteBuffer.wrap(bytes));
      long size = read < expected ? read : backend.size(name);
      if (size != expected) {
        return bad(
            stripe,
            index,
            Problem.DAMAGED,
            "it has %d bytes instead of %d".formatted(size, expected),
            read);
      }
      Inspection result = check(stripe, index, bytes);
      kept = result.problem == null;
      return result;
    } catch (NoSuchShardException e) {
      return bad(stripe, index, Problem.MISSING, StripeWriter.reason(e), read);
    } catch (IOException e) {
      return bad(stripe, index, Problem.UNREADABLE, StripeWriter.reason(e), read);
    } finally {
      if (!kept) {
        buffers.giveBack(bytes);
      }
    }
  }

  /** Reads until the buffer is full or the shard ends. */
  static int readFully(Backend backend, ShardName name, ByteBuffer target) throws IOException {
    return readFully(backend, name, 0, target);
  }

  static int readFully(Backend backend, ShardName name, long offset, ByteBuffer target)
      throws IOException {
    int read = 0;
    while (target.hasRemaining()) {
      int n = backend.read(name, offset + read, target);
      if (n <= 0) {
        break;
      }
      read += n;
    }
    return read;
  }

  private Inspection check(Stripe stripe, int index, byte[] bytes) {
    ShardName name = stripe.name(index);
    ShardRecord record;
    try {
      record = ShardRecord.parse(bytes, 0, bytes.length);
    } catch (FormatException e) {
      return bad(stripe, index, Problem.DAMAGED, StripeWriter.reason(e), bytes.length);
    }
    Optional<String> checksums = record.checksumProblem();
    if (checksums.isPresent()) {
      return bad(stripe, index, Problem.DAMAGED, checksums.get(), bytes.length);
    }
    Optional<ShardHeader.Authenticated> opened;
    try {
      opened = record.prefix().open(keys.shards(), name);
    } catch (FormatException e) {
      return bad(stripe, index, Problem.DAMAGED, StripeWriter.reason(e), bytes.length);
    }
    if (opened.isEmpty()) {
      Optional<ShardName> trueName = record.prefix().trueName(keys.shards());
      return trueName.isPresent()
          ? bad(
              stripe,
              index,
              Problem.MISPLACED,
              "the archive returns shard " + trueName.get() + " under this name",
              bytes.length)
          : bad(
              stripe,
              index,
              Problem.TAMPERED,
              "checksums hold, but its header is not authentic",
              bytes.length);
    }
    ShardHeader header = opened.get().header();
    if (!stripe.agrees(header, index)) {
      return bad(
          stripe,
          index,
          Problem.MISPLACED,
          "it is authentic, but says it is shard %d of stripe %s"
              .formatted(header.index(), header.stripe()),
          bytes.length);
    }
    if (!record.payloadAuthentic(keys.shards(), opened.get())) {
      return bad(
          stripe,
          index,
          Problem.TAMPERED,
          "checksums hold, but its payload is not the one its MAC was made for",
          bytes.length);
    }
    stripe.maskRecord(keys, index, bytes);
    return new Inspection(bytes, header, null, bytes.length);
  }

  private static Inspection bad(
      Stripe stripe, int index, Problem problem, String detail, long bytesRead) {
    return new Inspection(
        null,
        null,
        new ShardProblem(
            stripe.id(), index, stripe.archive(index), stripe.name(index), problem, detail),
        bytesRead);
  }
}
