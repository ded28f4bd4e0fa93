package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.RepairPlan;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what to read to compute lost shards. */
@Command(
    name = "plan",
    description = {
      "Tells which shards to read to compute lost ones, the cheapest way, and how much that is.",
      "Exits 4 if the shards that are left do not determine the lost ones."
    })
final class PlanVerb extends CodeCommand {
  @Mixin Scheme scheme = new Scheme();

  @Option(
      names = "--lost",
      required = true,
      paramLabel = "I,J",
      description = "The shards to compute, such as 3,7.")
  String lost = "";

  @Option(
      names = "--unavailable",
      paramLabel = "I,J",
      description = "Other shards that cannot be read.")
  String unavailable = "";

  @Option(
      names = "--cost",
      paramLabel = "I=COST",
      description = "What reading a shard costs, if not 1; may be repeated.")
  Map<Integer, Double> costs = new LinkedHashMap<>();

  @Option(
      names = "--shard-bytes",
      paramLabel = "BYTES",
      description = "The length of a shard, to tell the bytes to read.")
  @Nullable Long shardBytes;

  @Override
  int run() {
    ErasureCode code = scheme.code();
    int n = code.totalShards();
    BitSet wanted = indices("--lost", lost, n);
    BitSet available = new BitSet();
    available.set(0, n);
    available.andNot(wanted);
    if (!unavailable.isEmpty()) {
      available.andNot(indices("--unavailable", unavailable, n));
    }
    RepairPlan plan;
    try {
      plan = code.planRepair(wanted, available, costs(n));
    } catch (IllegalArgumentException e) {
      throw new WordsException("--cost: " + e.getMessage());
    }
    Json line =
        Json.event("plan")
            .with("scheme", code)
            .with("lost", plan.lost())
            .with("reads", plan.reads())
            .with("count", plan.reads().size())
            .with("dataShards", code.dataShards())
            .with("cost", plan.cost());
    if (shardBytes != null) {
      line.with("bytes", bytes(plan, shardBytes));
    }
    console().event(line);
    String reads = plan.reads().stream().map(String::valueOf).collect(Collectors.joining(","));
    console()
        .result(
            "read %s: %d shards, cost %s%s"
                .formatted(
                    reads,
                    plan.reads().size(),
                    plan.cost() == Math.rint(plan.cost())
                        ? String.valueOf((long) plan.cost())
                        : String.valueOf(plan.cost()),
                    shardBytes == null
                        ? ""
                        : ", %s for %s lost"
                            .formatted(
                                Units.bytes(bytes(plan, shardBytes)),
                                Units.bytes(Math.multiplyExact(shardBytes, plan.lost().size())))));
    return DONE;
  }

  private static long bytes(RepairPlan plan, long shardBytes) {
    if (shardBytes < 0 || shardBytes > Long.MAX_VALUE / 256) {
      throw new WordsException("--shard-bytes (%d) is out of range".formatted(shardBytes));
    }
    return shardBytes * plan.reads().size();
  }

  private double[] costs(int n) {
    double[] all = new double[n];
    Arrays.fill(all, 1);
    costs.forEach(
        (shard, cost) -> {
          if (shard < 0 || shard >= n) {
            throw new WordsException(
                "--cost (%d=%s) must name a shard in 0..%d".formatted(shard, cost, n - 1));
          }
          all[shard] = cost;
        });
    return all;
  }
}
