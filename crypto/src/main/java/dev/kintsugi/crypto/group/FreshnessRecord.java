package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * The file of a {@link Freshness}: magic "KTFR" ‖ version (2) ‖ AEAD id of HPKE (2) ‖ {@link Aead}
 * record with those eight bytes as associated data; version 1, which is read and not written, has
 * no id. Inside: number of groups (4), for each its id (16), epoch (8), roster hash (32); number of
 * objects (4), for each vault (16), object (8), version (8), hash (32). Groups rise, and so do
 * objects.
 */
final class FreshnessRecord implements AutoCloseable {
  private static final String MAGIC = "KTFR";
  private static final int VERSION_WITHOUT_ID = 1;
  private static final int VERSION = 2;
  private static final int HEADER = 8;
  private static final int ROSTER_KEY = GroupKeyState.GROUP_LENGTH;
  private static final int VERSION_KEY = 16 + Long.BYTES;

  private final Path file;
  private final Secret key;

  /** What was accepted: its number and the hash of its record. */
  // The array is compared by content.
  @SuppressWarnings("ArrayRecordComponent")
  record Seen(long number, byte[] hash) {}

  FreshnessRecord(Path file, Secret key) {
    this.file = file;
    this.key = key;
  }

  void read(Map<String, Seen> rosters, Map<String, Seen> versions) throws IOException {
    byte[] record;
    try {
      record = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return;
    }
    // Whoever wrote it may have died before its name was durable, and what it says is relied on.
    force(parent());
    decode(record, key, rosters, versions);
  }

  static void decode(
      byte[] record, Secret key, Map<String, Seen> rosters, Map<String, Seen> versions) {
    Records.Reader in = new Records.Reader("freshness record", record);
    if (in.magic(MAGIC, VERSION_WITHOUT_ID, VERSION) != VERSION_WITHOUT_ID) {
      in.algorithm("encryption", Suite.AES_256_GCM);
    }
    byte[] header = Arrays.copyOf(record, in.position());
    byte[] plain = Aead.open(key, header, Arrays.copyOfRange(record, header.length, record.length));
    decodePlain(plain, rosters, versions);
  }

  static void decodePlain(byte[] plain, Map<String, Seen> rosters, Map<String, Seen> versions) {
    Records.Reader in = new Records.Reader("freshness record", plain);
    decode(in, ROSTER_KEY, rosters);
    decode(in, VERSION_KEY, versions);
    in.end();
  }

  private static void decode(Records.Reader in, int keyLength, Map<String, Seen> map) {
    int count = in.integer();
    String last = "";
    for (int i = 0; i != count; i++) {
      String name = HexFormat.of().formatHex(in.bytes(keyLength));
      if (name.compareTo(last) <= 0) {
        throw new MalformedRecordException(
            "freshness record: %s is listed behind %s".formatted(name, last));
      }
      map.put(name, new Seen(in.number(), in.bytes(Records.HASH_LENGTH)));
      last = name;
    }
  }

  static byte[] encode(
      Secret key, SortedMap<String, Seen> rosters, SortedMap<String, Seen> versions) {
    byte[] header =
        ByteBuffer.allocate(HEADER)
            .put(Records.ascii(MAGIC))
            .putShort((short) VERSION)
            .putShort((short) Suite.AES_256_GCM)
            .array();
    return Records.concat(header, Aead.seal(key, header, encodePlain(rosters, versions)));
  }

  static byte[] encodePlain(SortedMap<String, Seen> rosters, SortedMap<String, Seen> versions) {
    int entry = Long.BYTES + Records.HASH_LENGTH;
    ByteBuffer plain =
        ByteBuffer.allocate(
            Math.addExact(
                2 * Integer.BYTES,
                Math.addExact(
                    Math.multiplyExact(ROSTER_KEY + entry, rosters.size()),
                    Math.multiplyExact(VERSION_KEY + entry, versions.size()))));
    put(plain, rosters);
    put(plain, versions);
    return plain.array();
  }

  private static void put(ByteBuffer out, Map<String, Seen> map) {
    out.putInt(map.size());
    map.forEach(
        (name, seen) ->
            out.put(HexFormat.of().parseHex(name)).putLong(seen.number()).put(seen.hash()));
  }

  @Override
  public void close() {
    key.close();
  }

  void write(SortedMap<String, Seen> rosters, SortedMap<String, Seen> versions) throws IOException {
    Path parent = parent();
    Path aside = parent.resolve(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            aside,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer content = ByteBuffer.wrap(encode(key, rosters, versions));
      while (content.hasRemaining()) {
        out.write(content);
      }
      out.force(true);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    force(parent);
  }

  private Path parent() throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(file + " is a root directory");
    }
    return parent;
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
