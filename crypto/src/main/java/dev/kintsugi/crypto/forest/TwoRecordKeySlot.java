package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A key slot of two sectors. The new entry goes into the sector that does not hold the current one,
 * and is current as soon as it is whole; then the other sector is overwritten with zeros.
 *
 * <p>A sector is magic "KTSL" ‖ version (2) ‖ epoch (8) ‖ {@link Aead} record of master key ‖ image
 * name ‖ image hash, then zeros; the associated data is the fourteen bytes in front ‖ slot id. A
 * sector of a later version is neither passed over nor overwritten: the slot is refused.
 */
final class TwoRecordKeySlot implements KeySlot {
  private static final byte[] MAGIC = "KTSL".getBytes(StandardCharsets.US_ASCII);
  private static final short VERSION = 1;
  private static final int HEADER = 14;
  private static final int PLAIN = NodeHash.KEY_LENGTH + NAME_LENGTH + HASH_LENGTH;
  private static final int RECORD = HEADER + PLAIN + Aead.OVERHEAD;
  private static final int BLANK_READS = 8;
  private static final int MOST_READS = 10_000;

  private final SlotStorage storage;
  private final Secret slotKey;
  private final byte[] slotId;
  private final boolean erasesForGood;
  private boolean synced; // guarded by this: what is in the storage is known to be durable

  TwoRecordKeySlot(SlotStorage storage, Secret slotKey, byte[] slotId, boolean erasesForGood) {
    this.storage = storage;
    this.slotKey = slotKey.copy();
    this.slotId = slotId.clone();
    this.erasesForGood = erasesForGood;
  }

  /** A sector's content: an entry, nothing but zeros, or something else. */
  // The array is handed over once.
  @SuppressWarnings("ArrayRecordComponent")
  private record Sector(int number, byte[] content, Optional<Entry> entry, boolean blank) {}

  /**
   * Reads both sectors as they were together at one moment, whatever another process writes
   * meanwhile: twice the same content, where one of the sectors is not blank, means that this
   * sector did not change in between, because what is written has a fresh nonce and never repeats.
   * Only zeros come again, so two blank sectors are believed no sooner than when they were seen
   * {@value #BLANK_READS} times: a writer would have had to commit between any two of them.
   */
  private Sector[] sectors() {
    byte[][] last = read();
    int same = 1;
    for (int i = 0; i < MOST_READS; i++) {
      byte[][] again = read();
      same = Arrays.deepEquals(last, again) ? same + 1 : 1;
      if (same >= (isBlank(again[0]) && isBlank(again[1]) ? BLANK_READS : 2)) {
        refuseLater(again);
        return new Sector[] {sector(0, again[0]), sector(1, again[1])};
      }
      last = again;
    }
    throw new IllegalStateException(
        "the key slot changed with each of " + MOST_READS + " readings");
  }

  private byte[][] read() {
    try {
      return new byte[][] {storage.read(0), storage.read(1)};
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the key slot", e);
    }
  }

  /** Returns the version of a record, 0 if there is none. */
  private static int version(byte[] content) {
    boolean record = Arrays.equals(MAGIC, Arrays.copyOf(content, MAGIC.length));
    return record ? Short.toUnsignedInt(ByteBuffer.wrap(content).getShort(MAGIC.length)) : 0;
  }

  private static void refuseLater(byte[][] contents) {
    for (byte[] content : contents) {
      if (version(content) > VERSION) {
        throw new UnsupportedVersionException(
            "key slot version %d; this software knows version %d"
                .formatted(version(content), VERSION));
      }
    }
  }

  private static boolean isBlank(byte[] content) {
    return Arrays.equals(content, new byte[SlotStorage.SECTOR]);
  }

  private Sector sector(int number, byte[] content) {
    byte[] header = Arrays.copyOf(content, HEADER);
    ByteBuffer in = ByteBuffer.wrap(content);
    boolean blank = isBlank(content);
    byte[] tail = Arrays.copyOfRange(content, RECORD, SlotStorage.SECTOR);
    if (version(content) != VERSION || !Arrays.equals(tail, new byte[tail.length])) {
      return new Sector(number, content, Optional.empty(), blank);
    }
    byte[] plain;
    try {
      plain =
          Aead.open(slotKey, associatedData(header), Arrays.copyOfRange(content, HEADER, RECORD));
    } catch (AuthenticationFailedException e) {
      return new Sector(number, content, Optional.empty(), blank);
    }
    int nameAt = NodeHash.KEY_LENGTH;
    int hashAt = nameAt + NAME_LENGTH;
    Entry entry =
        new Entry(
            in.getLong(HEADER - Long.BYTES),
            Secret.takeOver(Arrays.copyOf(plain, nameAt)),
            Arrays.copyOfRange(plain, nameAt, hashAt),
            Arrays.copyOfRange(plain, hashAt, PLAIN));
    Arrays.fill(plain, (byte) 0);
    return new Sector(number, content, Optional.of(entry), false);
  }

  private byte[] associatedData(byte[] header) {
    return ByteBuffer.allocate(HEADER + slotId.length).put(header).put(slotId).array();
  }

  private static long epoch(Sector sector) {
    return sector.entry().map(Entry::epoch).orElse(0L);
  }

  /** Returns the sector to use next: not the one with the current entry. */
  private static Sector other(Sector a, Sector b) {
    return epoch(a) > epoch(b) ? b : a;
  }

  @Override
  public synchronized Optional<Entry> current() {
    Sector[] both = sectors();
    Sector a = both[0];
    Sector b = both[1];
    if (a.entry().isEmpty() && b.entry().isEmpty() && !(a.blank() && b.blank())) {
      throw new AuthenticationFailedException(
          "the key slot holds no authentic entry: it is damaged, replaced, or of another vault");
    }
    if (epoch(a) == epoch(b) && a.entry().isPresent()) {
      a.entry().ifPresent(Entry::close);
      b.entry().ifPresent(Entry::close);
      throw new AuthenticationFailedException(
          "the key slot holds two entries of epoch %d: one was put back".formatted(epoch(a)));
    }
    Sector old = other(a, b);
    old.entry().ifPresent(Entry::close);
    return (old.number() == a.number() ? b : a).entry();
  }

  @Override
  public synchronized void put(Entry next) {
    Sector[] both = sectors();
    Sector a = both[0];
    Sector b = both[1];
    long current = Math.max(epoch(a), epoch(b));
    int target = other(a, b).number();
    a.entry().ifPresent(Entry::close);
    b.entry().ifPresent(Entry::close);
    if (next.epoch() <= current) {
      throw new IllegalArgumentException(
          "epoch (%d) must be above the current one (%d)".formatted(next.epoch(), current));
    }
    byte[] header =
        ByteBuffer.allocate(HEADER).put(MAGIC).putShort(VERSION).putLong(next.epoch()).array();
    ByteBuffer plain = ByteBuffer.allocate(PLAIN);
    next.masterKey().with(plain::put);
    plain.put(next.imageName()).put(next.imageHash());
    byte[] sealed = Aead.seal(slotKey, associatedData(header), plain.array());
    Arrays.fill(plain.array(), (byte) 0);
    write(target, ByteBuffer.allocate(SlotStorage.SECTOR).put(header).put(sealed).array());
  }

  @Override
  public synchronized void eraseBefore(long epoch) {
    Sector[] both = sectors();
    Sector a = both[0];
    Sector b = both[1];
    Sector old = other(a, b);
    Sector now = old.number() == a.number() ? b : a;
    boolean isCurrent = epoch(now) == epoch;
    a.entry().ifPresent(Entry::close);
    b.entry().ifPresent(Entry::close);
    if (!isCurrent) {
      throw new IllegalArgumentException(
          "epoch (%d) is not the current one (%d)".formatted(epoch, epoch(now)));
    }
    // A process that died, or a flush that failed, may have left the current entry, or the zeros
    // beside it, in a cache: the one must not be lost after the other sector was overwritten, the
    // others not at all. After a failure the next flush may pass over what was not written, so it
    // is written again. The bytes are the same: torn, they are still the same.
    boolean unsure = !synced;
    if (unsure) {
      write(now.number(), now.content());
    }
    if (unsure || !old.blank()) {
      write(old.number(), new byte[SlotStorage.SECTOR]);
    }
  }

  private void write(int sector, byte[] content) {
    synced = false;
    try {
      storage.write(sector, content);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the key slot", e);
    }
    sync();
  }

  private void sync() {
    try {
      storage.sync();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the key slot durable", e);
    }
    synced = true;
  }

  @Override
  public boolean erasesForGood() {
    return erasesForGood;
  }

  @Override
  public synchronized void close() {
    slotKey.close();
    try {
      storage.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the key slot", e);
    }
  }
}
