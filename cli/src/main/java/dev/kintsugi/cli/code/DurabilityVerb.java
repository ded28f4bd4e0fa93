package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.durability.Durability;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how long data are expected to last. */
@Command(
    name = "durability",
    description = {
      "Tells how long one stripe of a code is expected to last, and how likely it is lost within a",
      "year: shards fail independently and one at a time is repaired. Bursts that take many shards",
      "at once can be added; without them the figures flatter."
    })
final class DurabilityVerb extends CodeCommand {
  @Mixin Scheme scheme = new Scheme();

  @Option(
      names = "--afr",
      required = true,
      paramLabel = "RATE",
      description = "Expected failures of one shard in a year, such as 0.015.")
  double afr;

  @Option(
      names = "--repair-hours",
      required = true,
      paramLabel = "HOURS",
      description = "The mean time to repair one shard.")
  double repairHours;

  @Option(
      names = "--bursts-per-year",
      paramLabel = "RATE",
      description = "Expected bursts in a year; default 0.")
  double bursts;

  @Option(
      names = "--burst-loss",
      paramLabel = "P",
      description = "The probability that a burst takes a shard; default 0.")
  double burstLoss;

  @Override
  int run() {
    ErasureCode code = scheme.code();
    Durability durability;
    try {
      durability = Durability.of(code, new Durability.Model(afr, repairHours, bursts, burstLoss));
    } catch (IllegalArgumentException e) {
      throw new WordsException(String.valueOf(e.getMessage()));
    }
    console()
        .event(
            Json.event("durability")
                .with("scheme", code)
                .with("afr", afr)
                .with("repairHours", repairHours)
                .with("burstsPerYear", bursts)
                .with("burstLoss", burstLoss)
                .with("yearsToLoss", durability.yearsToLoss())
                .with("annualLossProbability", durability.annualLossProbability())
                .with("estimate", durability.isEstimate()));
    console()
        .result(
            String.format(
                Locale.ROOT,
                "%s: %.3e years to loss of a stripe, annual loss probability %.3e%s",
                code,
                durability.yearsToLoss(),
                durability.annualLossProbability(),
                durability.isEstimate() ? " (estimated)" : ""));
    return DONE;
  }
}
