package dev.kintsugi.erasure.stream;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.UndecodableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Streams of any length with any shards lost, changed or cut short. What comes out, and whether it
 * is refused, is compared with what the code says of whole shards in arrays.
 */
final class ChannelFuzzTest {
  private static final String[] NAMES = {"rs:4+2", "raid6:3", "replicate:2", "lrc:4+2+2"};

  private enum Verb {
    DECODE,
    REPAIR,
    VERIFY
  }

  /** What there is of an encoded stream. */
  private static final class Stream {
    final ChannelCoder coder;
    final byte[] plain;
    final byte[][] shards;

    Stream(ChannelCoder coder, byte[] plain, byte[][] shards) {
      this.coder = coder;
      this.plain = plain;
      this.shards = shards;
    }

    ErasureCode code() {
      return coder.striping().code();
    }

    /** Returns whether the shards that are there determine others. */
    boolean determines(boolean[] present, boolean[] wanted) {
      byte[][] rows = new byte[shards.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = present[i] ? shards[i].clone() : new byte[shards[i].length];
      }
      try {
        code().reconstruct(rows, present, wanted, 0, shards[0].length);
      } catch (UndecodableException e) {
        return false;
      }
      for (int i = 0; i < rows.length; i++) {
        if (wanted[i] && !Arrays.equals(rows[i], shards[i])) {
          throw new AssertionError("the code computes another shard " + i);
        }
      }
      return true;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void streamsComeBackOrAreRefused(FuzzedDataProvider data) throws IOException {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    ChannelCoder coder = new ChannelCoder(new Striping(code, data.consumeInt(1, 40)));
    int total = code.totalShards();
    Verb verb = data.pickValue(Verb.values());
    // Verification is of all shards; one that is not there must be refused.
    boolean isWhole = verb == Verb.VERIFY && data.consumeInt(0, 7) > 0;
    long lost = isWhole ? 0 : data.consumeLong(0, (1 << total) - 1);
    int cut = data.consumeInt(0, 3) == 0 ? data.consumeInt(0, total - 1) : -1;
    int changed = verb == Verb.VERIFY && data.consumeBoolean() ? data.consumeInt(0, total - 1) : -1;
    int position = data.consumeInt(0, 500);
    int lengthChoice = data.consumeInt(0, 7);
    int otherLength = data.consumeInt(-1, 500);
    byte[] plain = data.consumeBytes(400);
    long claimed = lengthChoice == 0 ? otherLength : plain.length;

    Stream stream = new Stream(coder, plain, encode(coder, plain));
    byte[][] held = new byte[total][];
    for (int i = 0; i < total; i++) {
      byte[] bytes = stream.shards[i].clone();
      if (i == changed && position < bytes.length) {
        bytes[position] ^= 1;
      }
      if (i == cut) {
        bytes = Arrays.copyOf(bytes, bytes.length / 2);
      }
      held[i] = (lost >> i & 1) == 1 ? null : bytes;
    }
    try {
      switch (verb) {
        case DECODE -> decode(stream, held, claimed);
        case REPAIR -> repair(stream, held, claimed);
        case VERIFY -> {
          boolean isWrong =
              changed >= 0 && held[changed] != null && position < held[changed].length;
          verify(stream, held, claimed, isWrong ? position : -1);
        }
      }
    } catch (EOFException e) {
      boolean isShort = false;
      for (byte[] bytes : held) {
        isShort |= bytes != null && bytes.length < coder.striping().shardBytes(claimed);
      }
      expect(isShort, "no shard ends too early: " + e);
    }
  }

  private static byte[][] encode(ChannelCoder coder, byte[] plain) throws IOException {
    List<ByteArrayOutputStream> shards = new ArrayList<>();
    List<WritableByteChannel> sinks = new ArrayList<>();
    for (int i = 0; i < coder.striping().code().totalShards(); i++) {
      shards.add(new ByteArrayOutputStream());
      sinks.add(Channels.newChannel(shards.get(i)));
    }
    long read = coder.encode(Channels.newChannel(new ByteArrayInputStream(plain)), sinks);
    expect(read == plain.length, "read " + read + " of " + plain.length);
    byte[][] all = shards.stream().map(ByteArrayOutputStream::toByteArray).toArray(byte[][]::new);
    for (byte[] shard : all) {
      expect(shard.length == coder.striping().shardBytes(plain.length), "length of a shard");
    }
    expect(coder.striping().code().verify(all, 0, all[0].length), "parity of the shards");
    return all;
  }

  private static List<@Nullable ReadableByteChannel> channels(byte[] @Nullable [] held) {
    List<@Nullable ReadableByteChannel> channels = new ArrayList<>();
    for (byte[] bytes : held) {
      channels.add(bytes == null ? null : Channels.newChannel(new ByteArrayInputStream(bytes)));
    }
    return channels;
  }

  private static boolean[] present(byte[] @Nullable [] held) {
    boolean[] present = new boolean[held.length];
    for (int i = 0; i < held.length; i++) {
      present[i] = held[i] != null;
    }
    return present;
  }

  private static void decode(Stream stream, byte[][] held, long claimed) throws IOException {
    boolean[] wanted = new boolean[held.length];
    Arrays.fill(wanted, 0, stream.code().dataShards(), true);
    boolean can = stream.determines(present(held), wanted);
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    try {
      stream.coder.decode(channels(held), claimed, Channels.newChannel(back));
    } catch (UndecodableException e) {
      expect(!can && back.size() == 0, "refused, with " + back.size() + " bytes written: " + e);
      return;
    } catch (IllegalArgumentException e) {
      expect(claimed < 0, "nothing is wrong with the arguments: " + e);
      return;
    }
    expect(can && claimed >= 0, "decoded from nothing");
    if (claimed == stream.plain.length) {
      expect(Arrays.equals(stream.plain, back.toByteArray()), "the data differs");
    }
  }

  private static void repair(Stream stream, byte[][] held, long claimed) throws IOException {
    boolean[] present = present(held);
    boolean[] wanted = new boolean[held.length];
    Map<Integer, WritableByteChannel> targets = new TreeMap<>();
    Map<Integer, ByteArrayOutputStream> again = new TreeMap<>();
    for (int i = 0; i < held.length; i++) {
      wanted[i] = !present[i];
      if (wanted[i]) {
        again.put(i, new ByteArrayOutputStream());
        targets.put(i, Channels.newChannel(again.get(i)));
      }
    }
    boolean can = stream.determines(present, wanted);
    try {
      stream.coder.repair(channels(held), claimed, targets);
    } catch (UndecodableException e) {
      boolean isEmpty = again.values().stream().allMatch(out -> out.size() == 0);
      expect(!can && isEmpty, "refused: " + e);
      return;
    } catch (IllegalArgumentException e) {
      expect(claimed < 0, "nothing is wrong with the arguments: " + e);
      return;
    }
    expect(can && claimed >= 0, "repaired from nothing");
    // Bytes at one place of all shards belong together, so that a shorter stream is a prefix.
    for (Map.Entry<Integer, ByteArrayOutputStream> entry : again.entrySet()) {
      byte[] whole = stream.shards[entry.getKey()];
      byte[] made = entry.getValue().toByteArray();
      int count = (int) Math.min(whole.length, stream.coder.striping().shardBytes(claimed));
      expect(
          made.length >= count && Arrays.equals(whole, 0, count, made, 0, count),
          "shard " + entry.getKey() + " differs");
    }
  }

  /** Verifies; bytes of one shard from a position on are wrong, or none if it is negative. */
  private static void verify(Stream stream, byte[][] held, long claimed, int wrong)
      throws IOException {
    boolean isWhole = true;
    for (boolean is : present(held)) {
      isWhole &= is;
    }
    boolean fits;
    try {
      @SuppressWarnings({"unchecked", "rawtypes"})
      List<ReadableByteChannel> all = (List) channels(held);
      fits = stream.coder.verify(all, claimed);
    } catch (IllegalArgumentException e) {
      expect(claimed < 0 || !isWhole, "nothing is wrong with the arguments: " + e);
      return;
    }
    expect(isWhole, "verified what is not there");
    boolean isRight = wrong < 0 || wrong >= stream.coder.striping().shardBytes(claimed);
    expect(fits == isRight, "verified: " + fits);
  }

  private static void expect(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new AssertionError(otherwise);
    }
  }
}
