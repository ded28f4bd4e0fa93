package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;
import picocli.CommandLine.Command;

/** Lists the kernels of this machine. */
@Command(
    name = "kernels",
    description = {
      "Lists the kernels that this machine has or lacks, which one is used, and how fast each of",
      "them encodes rs:10+4 with 64 KiB shards on one thread, in bytes of data."
    })
final class KernelsVerb extends CodeCommand {
  private static final int SHARD = 1 << 16;
  private static final long WARM_UP_NANOS = 400_000_000;
  private static final long ROUND_NANOS = 50_000_000;
  private static final int ROUNDS = 4;

  @Override
  int run() {
    String used = GaloisKernels.best().name();
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      Json line =
          Json.event("kernel")
              .with("name", entry.name())
              .with("available", entry.kernel().isPresent())
              .with("used", entry.name().equals(used));
      String text;
      if (entry.kernel().isPresent()) {
        GaloisKernel kernel = entry.kernel().get();
        double arrays = bytesPerSecond(kernel, false);
        double direct = bytesPerSecond(kernel, true);
        line.with("constantTime", kernel.constantTime())
            .with("bytesPerSecond", arrays)
            .with("directBytesPerSecond", direct);
        text =
            String.format(
                Locale.ROOT,
                "%6.2f GB/s on arrays, %6.2f GB/s on direct buffers%s",
                arrays / 1e9,
                direct / 1e9,
                kernel.constantTime() ? ", constant-time" : "");
      } else {
        line.with("reason", entry.reason().orElse(""));
        text = "missing: " + entry.reason().orElse("");
      }
      console().event(line);
      String mark = entry.name().equals(used) ? "* " : "  ";
      console().result(mark + Console.pad(entry.name(), 16) + text);
    }
    return DONE;
  }

  private static double bytesPerSecond(GaloisKernel kernel, boolean direct) {
    ErasureCode code = ErasureCodes.parse("rs:10+4").withKernel(kernel);
    ByteBuffer[] shards = new ByteBuffer[code.totalShards()];
    Random random = new Random(1);
    byte[] bytes = new byte[SHARD];
    for (int i = 0; i < shards.length; i++) {
      random.nextBytes(bytes);
      shards[i] = direct ? ByteBuffer.allocateDirect(SHARD) : ByteBuffer.allocate(SHARD);
      shards[i].put(0, bytes);
    }
    rate(code, shards, WARM_UP_NANOS);
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      best = Math.max(best, rate(code, shards, ROUND_NANOS));
    }
    return best;
  }

  private static double rate(ErasureCode code, ByteBuffer[] shards, long nanos) {
    long start = System.nanoTime();
    long calls = 0;
    long now = start;
    while (now - start < nanos) {
      code.encode(shards);
      calls++;
      now = System.nanoTime();
    }
    return calls * (double) code.dataShards() * SHARD * 1e9 / (now - start);
  }
}
