package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.internal.format.StripeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The first extent of every manifest stripe: which commit it belongs to and what it records.
 *
 * <p>A commit is the set of all parts with the same sequence and incarnation. Of two incarnations
 * of one sequence number the higher one counts: the lower one was never acknowledged. Nor was a
 * commit of an incarnation that {@link Ended} says ended before it.
 *
 * @param sequence the commit's number, from 1
 * @param incarnation grows each time a writer opens the vault
 * @param part which part of the commit this stripe is, from 0
 * @param parts how many there are
 * @param nextLeaf a leaf id above every id used so far
 * @param nextIno an inode number above every number used so far
 * @param entries the directory: what this part records
 */
public record CommitHeader(
    long sequence,
    long incarnation,
    int part,
    int parts,
    long nextLeaf,
    long nextIno,
    List<Entry> entries) {
  private static final String STRUCTURE = "commit header";
  private static final int MAGIC = 0x4b476368; // "KGch"
  private static final int VERSION = 2;
  private static final int FIXED_LENGTH = 50;
  private static final int LOCATED_LENGTH = 34;
  private static final int OTHER_LENGTH = 17;
  private static final int MAX_ENTRIES = 1 << 22;
  private static final int MAX_PARTS = 1 << 20;

  /** Validates and copies. */
  public CommitHeader {
    entries = List.copyOf(entries);
    if (sequence < 1 || incarnation < 0 || nextLeaf < 0 || nextIno < 1) {
      throw new IllegalArgumentException(
          "sequence (%d), incarnation (%d), nextLeaf (%d) and nextIno (%d) must not be negative"
              .formatted(sequence, incarnation, nextLeaf, nextIno));
    }
    if (parts < 1 || parts > MAX_PARTS || part < 0 || part >= parts) {
      throw new IllegalArgumentException(
          "part (%d) must be in 0..parts (%d), at most %d".formatted(part, parts, MAX_PARTS));
    }
    if (entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "entries (" + entries.size() + ") must be at most " + MAX_ENTRIES);
    }
  }

  /** One line of the directory. */
  public sealed interface Entry {
    /** Returns what the entry announces. */
    RecordKind kind();
  }

  /**
   * A sealed record in this stripe.
   *
   * @param kind {@link RecordKind#INODE} or {@link RecordKind#CONTENT}
   * @param ino of which inode
   * @param version sequence number of the commit that wrote the record
   * @param leaf the leaf that seals it
   * @param address where its sealed bytes start
   * @param length its plaintext length in bytes
   */
  public record Located(
      RecordKind kind, long ino, long version, long leaf, ExtentAddress address, int length)
      implements Entry {
    /** Validates the kind and the ranges. */
    public Located {
      if (kind != RecordKind.INODE && kind != RecordKind.CONTENT) {
        throw new IllegalArgumentException("kind (" + kind + ") must be INODE or CONTENT");
      }
      if (ino < 1 || version < 1 || leaf < 0 || length < 0) {
        throw new IllegalArgumentException(
            "ino (%d), version (%d), leaf (%d) or length (%d) is out of range"
                .formatted(ino, version, leaf, length));
      }
    }
  }

  /**
   * The removal of an inode.
   *
   * @param ino which inode
   * @param version sequence number of the commit that removed it
   */
  public record Tombstone(long ino, long version) implements Entry {
    /** Validates the ranges. */
    public Tombstone {
      if (ino < 1 || version < 1) {
        throw new IllegalArgumentException(
            "ino (%d) and version (%d) must be at least 1".formatted(ino, version));
      }
    }

    @Override
    public RecordKind kind() {
      return RecordKind.TOMBSTONE;
    }
  }

  /**
   * The retirement of a stripe.
   *
   * @param stripe its id
   */
  public record Retired(StripeId stripe) implements Entry {
    @Override
    public RecordKind kind() {
      return RecordKind.RETIRED;
    }
  }

  /**
   * The end of a writer that crashed, or failed in a commit: whatever of its incarnation has a
   * higher sequence number was never acknowledged and does not count. Every later commit says so.
   *
   * @param incarnation of that writer
   * @param lastSequence number of its last commit, or of the last before it
   */
  public record Ended(long incarnation, long lastSequence) implements Entry {
    /** Validates the ranges. */
    public Ended {
      if (incarnation < 1 || lastSequence < 0) {
        throw new IllegalArgumentException(
            "incarnation (%d) must be at least 1, lastSequence (%d) not negative"
                .formatted(incarnation, lastSequence));
      }
    }

    @Override
    public RecordKind kind() {
      return RecordKind.ENDED;
    }
  }

  /**
   * Returns the plaintext length of a header, which does not depend on where its records will lie.
   *
   * @param kinds the kinds of its entries
   */
  public static int encodedLength(Collection<RecordKind> kinds) {
    long length = FIXED_LENGTH;
    for (RecordKind kind : kinds) {
      length += entryLength(kind);
    }
    return Math.toIntExact(length);
  }

  /** Returns the encoded length of an entry, in bytes. */
  public static int entryLength(RecordKind kind) {
    return kind == RecordKind.INODE || kind == RecordKind.CONTENT ? LOCATED_LENGTH : OTHER_LENGTH;
  }

  /** Returns the plaintext header. */
  public byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(encodedLength(entries.stream().map(Entry::kind).toList()))
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putLong(sequence)
            .putLong(incarnation)
            .putInt(part)
            .putInt(parts)
            .putLong(nextLeaf)
            .putLong(nextIno)
            .putInt(entries.size());
    for (Entry entry : entries) {
      out.put((byte) entry.kind().code());
      if (entry instanceof Located located) {
        out.putLong(located.ino)
            .putLong(located.version)
            .putLong(located.leaf)
            .put((byte) located.address.shard())
            .putInt(located.address.offset())
            .putInt(located.length);
      } else if (entry instanceof Tombstone tombstone) {
        out.putLong(tombstone.ino).putLong(tombstone.version);
      } else if (entry instanceof Retired retired) {
        out.put(retired.stripe.toBytes());
      } else if (entry instanceof Ended ended) {
        out.putLong(ended.incarnation).putLong(ended.lastSequence);
      }
    }
    return out.array();
  }

  /**
   * Parses a plaintext header.
   *
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is anything else but a commit header
   */
  public static CommitHeader decode(byte[] plain) {
    FieldReader in = new FieldReader(STRUCTURE, plain);
    in.start(MAGIC, VERSION);
    long sequence = in.u63("sequence");
    if (sequence < 1) {
      throw in.error("sequence", "at least 1", "0");
    }
    long incarnation = in.u63("incarnation");
    long part = in.u32("part");
    int parts = in.count("parts", 1, MAX_PARTS);
    if (part >= parts) {
      throw in.error("part", "less than parts (" + parts + ")", Long.toString(part));
    }
    long nextLeaf = in.u63("next leaf");
    long nextIno = positive(in, "next inode number");
    int count = in.count("entries", 0, MAX_ENTRIES);
    in.items("entries", count, OTHER_LENGTH);
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(entry(in));
    }
    in.end();
    return new CommitHeader(sequence, incarnation, (int) part, parts, nextLeaf, nextIno, entries);
  }

  private static Entry entry(FieldReader in) {
    int code = in.u8("entry kind");
    RecordKind kind =
        RecordKind.of(code)
            .orElseThrow(() -> in.error("entry kind", "1 to 5", Integer.toString(code)));
    return switch (kind) {
      case INODE, CONTENT -> {
        long ino = positive(in, "inode number");
        long version = positive(in, "record version");
        long leaf = in.u63("leaf");
        ExtentAddress address = address(in);
        yield new Located(
            kind, ino, version, leaf, address, in.count("record length", 0, Integer.MAX_VALUE));
      }
      case TOMBSTONE -> new Tombstone(positive(in, "inode number"), positive(in, "record version"));
      case RETIRED -> new Retired(StripeId.of(in.bytes("retired stripe", StripeId.BYTES)));
      case ENDED -> new Ended(positive(in, "ended incarnation"), in.u63("last sequence"));
    };
  }

  static ExtentAddress address(FieldReader in) {
    int shard = in.u8("shard");
    if (shard > 254) {
      throw in.error("shard", "0 to 254", Integer.toString(shard));
    }
    return new ExtentAddress(shard, in.count("offset", 0, Integer.MAX_VALUE));
  }

  static long positive(FieldReader in, String field) {
    long value = in.u63(field);
    if (value < 1) {
      throw in.error(field, "at least 1", "0");
    }
    return value;
  }
}
