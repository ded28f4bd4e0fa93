package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A manifest stripe from which many records are read. Its data shards are fetched whole, once; what
 * does not open from them is read by the {@link StripeReader}, which knows how to do without any
 * archive. Holds up to a stripe in memory. Not thread-safe.
 */
final class ManifestStripe {
  private static final ExtentAddress START = new ExtentAddress(0, 0);

  /** What all manifest stripes of a vault are read with. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Source(
      byte[] vault, GroupKeys keys, LeafKeys leaves, Archives archives, StripeReader reader) {}

  private final Source source;
  private final Stripe stripe;
  private final Map<Integer, Optional<byte[]>> payloads = new HashMap<>();

  ManifestStripe(Source source, Stripe stripe) {
    this.source = source;
    this.stripe = stripe;
  }

  Stripe stripe() {
    return stripe;
  }

  /**
   * Reads the commit header.
   *
   * @throws dev.kintsugi.core.KintsugiException if too few shards are intact or the header is not
   *     what was written
   */
  CommitHeader header() {
    int length = Math.toIntExact(ExtentSealer.plainLength(stripe.row().head()));
    try (ExtentKey key = source.keys.commitHeaderKey(source.vault, stripe.id())) {
      return CommitHeader.decode(source.reader.readExtent(stripe, START, length, key));
    }
  }

  /**
   * Reads a record as it was sealed, checked.
   *
   * @throws dev.kintsugi.core.KintsugiException if too few shards are intact or the record is not
   *     what was written
   */
  byte[] sealed(CommitHeader.Located record) {
    try (Secret leafKey = source.leaves.key(record.leaf());
        ExtentKey key = source.keys.extentKey(source.vault, record.ino(), record.leaf(), leafKey)) {
      return whole(record, key)
          .orElseGet(
              () -> source.reader.readSealed(stripe, record.address(), record.length(), key));
    }
  }

  /** Returns the record from its whole shard if it lies there in one piece and opens. */
  private Optional<byte[]> whole(CommitHeader.Located record, ExtentKey key) {
    int length = Math.toIntExact(ExtentSealer.sealedLength(record.length()));
    int start = record.address().offset();
    if (record.length() > ExtentSealer.BLOCK_SIZE
        || record.address().shard() >= stripe.shards().size()
        || start > stripe.row().shardLength() - length) {
      return Optional.empty();
    }
    Optional<byte[]> sealed =
        payloads
            .computeIfAbsent(record.address().shard(), this::fetch)
            .map(payload -> Arrays.copyOfRange(payload, start, start + length));
    try {
      sealed.ifPresent(bytes -> new ExtentSealer(key).openExtent(bytes));
      return sealed;
    } catch (CryptoException e) {
      return Optional.empty(); // the archive lies or its disk rots; the others know better
    }
  }

  private Optional<byte[]> fetch(int index) {
    Rows.Shard shard = stripe.shards().get(index);
    if (shard.missing()) {
      return Optional.empty();
    }
    byte[] payload = new byte[stripe.row().shardLength()];
    ByteBuffer target = ByteBuffer.wrap(payload);
    try {
      while (target.hasRemaining()
          && source
                  .archives
                  .backend(shard.archive())
                  .read(shard.name(), ShardRecord.position(target.position()), target)
              > 0) {
        // reads on
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    if (target.hasRemaining()) {
      return Optional.empty();
    }
    stripe.mask(source.keys, index, 0, payload, 0, payload.length);
    return Optional.of(payload);
  }
}
