package dev.kintsugi.cli.code;

import dev.kintsugi.erasure.ErasureCode;
import picocli.CommandLine.Option;

/** The words that choose a code. */
final class Scheme {
  @Option(
      names = "--scheme",
      required = true,
      paramLabel = "SCHEME",
      description = "The code, such as rs:4+2, lrc:12+2+2, raid6:8, raid5:8 or replicate:3.")
  String scheme = "";

  @Option(
      names = "--construction",
      paramLabel = "C",
      description = "Of rs codes: vandermonde (the default), cauchy or powers.")
  String construction = "";

  ErasureCode code() {
    return CodeCommand.code(scheme, construction);
  }
}
