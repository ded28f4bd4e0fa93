package dev.kintsugi.erasure.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.TooFewShardsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChannelCoderTest {
  private static List<byte[]> encode(ChannelCoder coder, byte[] data) throws IOException {
    List<ByteArrayOutputStream> shards = new ArrayList<>();
    List<WritableByteChannel> channels = new ArrayList<>();
    for (int i = 0; i < coder.striping().code().totalShards(); i++) {
      shards.add(new ByteArrayOutputStream());
      channels.add(Channels.newChannel(shards.get(i)));
    }
    assertEquals(data.length, coder.encode(channel(data), channels));
    return shards.stream().map(ByteArrayOutputStream::toByteArray).toList();
  }

  private static ReadableByteChannel channel(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }

  private static List<@Nullable ReadableByteChannel> channels(List<byte[]> shards, int... lost) {
    List<@Nullable ReadableByteChannel> channels = new ArrayList<>();
    shards.forEach(shard -> channels.add(channel(shard)));
    for (int index : lost) {
      channels.set(index, null);
    }
    return channels;
  }

  @ParameterizedTest
  @CsvSource({"rs:4+2, 64", "lrc:6+2+2, 100", "raid6:3, 1", "replicate:3, 10", "rs:10+4, 65536"})
  void streamsOfAnyLengthComeBackFromWhatIsLeft(String name, int unit) throws IOException {
    Striping striping = new Striping(ErasureCodes.parse(name), unit);
    ChannelCoder coder = new ChannelCoder(striping);
    int stripe = striping.stripeBytes();
    int n = striping.code().totalShards();
    for (int length : new int[] {0, 1, 2, stripe - 1, stripe, stripe + 1, 3 * stripe + 5}) {
      Random random = new Random(length);
      byte[] data = new byte[length];
      random.nextBytes(data);
      List<byte[]> shards = encode(coder, data);
      for (byte[] shard : shards) {
        assertEquals(striping.shardBytes(length), shard.length);
      }
      assertTrue(coder.verify(List.copyOf(shards.stream().map(s -> channel(s)).toList()), length));
      int lost = random.nextInt(n - 1);
      int[] gone =
          striping.code().guaranteedLosses() > 1 ? new int[] {lost, lost + 1} : new int[] {lost};
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      coder.decode(channels(shards, gone), length, Channels.newChannel(out));
      assertArrayEquals(data, out.toByteArray(), name + " length " + length + " lost " + lost);
      ByteArrayOutputStream repaired = new ByteArrayOutputStream();
      coder.repair(channels(shards, gone), length, Map.of(lost, Channels.newChannel(repaired)));
      assertArrayEquals(shards.get(lost), repaired.toByteArray());
      if (length > 0) {
        shards.get(n - 1)[0] ^= 1;
        assertFalse(
            coder.verify(List.copyOf(shards.stream().map(s -> channel(s)).toList()), length));
      }
    }
  }

  @Test
  void whatCannotBeDoneIsToldBeforeAnythingIsWritten() throws IOException {
    Striping striping = new Striping(ErasureCodes.parse("rs:4+2"), 16);
    ChannelCoder coder = new ChannelCoder(striping);
    List<byte[]> shards = encode(coder, new byte[100]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WritableByteChannel target = Channels.newChannel(out);
    assertThrows(
        TooFewShardsException.class, () -> coder.decode(channels(shards, 0, 1, 2), 100, target));
    assertEquals(0, out.size());
    List<byte[]> cut = new ArrayList<>(shards);
    cut.set(2, new byte[20]);
    assertThrows(EOFException.class, () -> coder.decode(channels(cut), 100, target));
    assertThrows(IllegalArgumentException.class, () -> coder.decode(channels(shards), -1, target));
    assertThrows(IllegalArgumentException.class, () -> coder.decode(List.of(), 1, target));
    assertThrows(
        IllegalArgumentException.class,
        () -> coder.repair(channels(shards, 1), 100, Map.of(2, target)));
    assertThrows(IllegalArgumentException.class, () -> new Striping(striping.code(), 0));
  }

  @Test
  void channelsThatAreNullAreNamedBeforeAnythingIsReadOrWritten() throws IOException {
    ChannelCoder coder = new ChannelCoder(new Striping(ErasureCodes.parse("rs:2+1"), 16));
    List<byte[]> zeros = encode(coder, new byte[55]);
    // Zeros in the place of a channel that is not there would fit those of the others.
    assertNamed("shards[1]", () -> coder.verify(untyped(channels(zeros, 1)), 55));
    assertNamed("shards[0]", () -> coder.verify(untyped(channels(zeros, 0, 1, 2)), 55));
    ByteArrayInputStream source = new ByteArrayInputStream(new byte[55]);
    ReadableByteChannel data = Channels.newChannel(source);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WritableByteChannel sink = Channels.newChannel(out);
    assertNamed("shards[2]", () -> coder.encode(data, untyped(Arrays.asList(sink, sink, null))));
    assertNamed("data", () -> coder.encode(nothing(), List.of(sink, sink, sink)));
    assertNamed("data", () -> coder.decode(channels(zeros, 0), 55, nothing()));
    Map<Integer, WritableByteChannel> lost = new HashMap<>();
    lost.put(0, nothing());
    assertNamed("lost[0]", () -> coder.repair(channels(zeros, 0), 55, lost));
    assertEquals(55, source.available());
    assertEquals(0, out.size());
  }

  private static void assertNamed(String name, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertEquals(name + " must not be null", message);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> List<T> untyped(List<?> list) {
    return (List<T>) list;
  }

  /** Returns what callers without null checks may pass. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  void blocksOfTheLastStripeAreShort() {
    Striping striping = new Striping(ErasureCodes.parse("rs:4+2"), 10);
    assertEquals(2, striping.stripes(53));
    assertEquals(10, striping.blockBytes(0, 53));
    assertEquals(4, striping.blockBytes(1, 53));
    for (long none : new long[] {-1, 2, 99, Long.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> striping.blockBytes(none, 53));
    }
    assertThrows(IllegalArgumentException.class, () -> striping.blockBytes(0, 0));
    assertThrows(IllegalArgumentException.class, () -> striping.blockBytes(0, -1));
    assertEquals(14, striping.shardBytes(53));
    assertEquals(0, striping.shardBytes(0));
    assertEquals(1, striping.shardBytes(1));
    assertEquals(10, striping.shardBytes(40));
  }
}
