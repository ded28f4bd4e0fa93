package dev.kintsugi.cli.code;

import picocli.CommandLine.Command;

/** Groups the verbs about erasure coding. */
@Command(
    name = "code",
    description = {
      "Erasure coding of files, without a vault: a file becomes shard files that describe",
      "themselves, any few of which may be lost, damaged or wrong. See docs/ERASURE.md."
    },
    synopsisSubcommandLabel = "encode|decode|verify|locate|repair|plan|durability|kernels",
    subcommands = {
      EncodeVerb.class,
      DecodeVerb.class,
      VerifyVerb.class,
      LocateVerb.class,
      RepairVerb.class,
      PlanVerb.class,
      DurabilityVerb.class,
      KernelsVerb.class
    })
public final class CodeVerb {
  /** Creates the group; called by picocli. */
  public CodeVerb() {}
}
