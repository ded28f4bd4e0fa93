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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Streams of any length with any shards lost or cut short: the data, or a documented exception. */
final class ChannelFuzzTest {
  private static final String[] NAMES = {"rs:4+2", "raid6:3", "replicate:2", "lrc:4+2+2"};

  @FuzzTest(maxDuration = "1m")
  void streamsComeBackOrAreRefused(FuzzedDataProvider data) throws IOException {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    ChannelCoder coder = new ChannelCoder(new Striping(code, data.consumeInt(1, 40)));
    int total = code.totalShards();
    long lost = data.consumeLong(0, (1 << total) - 1);
    int cut = data.consumeInt(0, 3) == 0 ? data.consumeInt(0, total - 1) : -1;
    byte[] plain = data.consumeBytes(400);
    long claimed = data.consumeInt(0, 7) == 0 ? data.consumeInt(-1, 500) : plain.length;

    List<ByteArrayOutputStream> shards = new ArrayList<>();
    List<WritableByteChannel> sinks = new ArrayList<>();
    for (int i = 0; i < total; i++) {
      shards.add(new ByteArrayOutputStream());
      sinks.add(Channels.newChannel(shards.get(i)));
    }
    long read = coder.encode(Channels.newChannel(new ByteArrayInputStream(plain)), sinks);
    if (read != plain.length) {
      throw new AssertionError("read " + read + " of " + plain.length);
    }

    List<@Nullable ReadableByteChannel> sources = new ArrayList<>();
    Map<Integer, WritableByteChannel> targets = new HashMap<>();
    Map<Integer, ByteArrayOutputStream> again = new HashMap<>();
    for (int i = 0; i < total; i++) {
      byte[] bytes = shards.get(i).toByteArray();
      if ((lost >> i & 1) == 1) {
        sources.add(null);
        again.put(i, new ByteArrayOutputStream());
        targets.put(i, Channels.newChannel(again.get(i)));
      } else {
        byte[] held = i == cut ? Arrays.copyOf(bytes, bytes.length / 2) : bytes;
        sources.add(Channels.newChannel(new ByteArrayInputStream(held)));
      }
    }
    try {
      if (data.consumeBoolean()) {
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        coder.decode(sources, claimed, Channels.newChannel(back));
        if (claimed == plain.length && !Arrays.equals(plain, back.toByteArray())) {
          throw new AssertionError("the data differs");
        }
      } else {
        coder.repair(sources, claimed, targets);
        for (Map.Entry<Integer, ByteArrayOutputStream> entry : again.entrySet()) {
          byte[] whole = shards.get(entry.getKey()).toByteArray();
          if (claimed == plain.length && !Arrays.equals(whole, entry.getValue().toByteArray())) {
            throw new AssertionError("shard " + entry.getKey() + " differs");
          }
        }
      }
    } catch (EOFException | IllegalArgumentException | UndecodableException expected) {
      return;
    }
  }
}
