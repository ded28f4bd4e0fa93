package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.secret.CountedInput;
import dev.kintsugi.cli.secret.NewSecret;
import dev.kintsugi.cli.secret.NewShares;
import dev.kintsugi.cli.secret.ShareInputs;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.split.SecretSplitter;
import dev.kintsugi.crypto.split.ShareFiles;
import dev.kintsugi.crypto.split.ShareHeader;
import dev.kintsugi.crypto.split.ShareReport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Groups the verbs that split secrets among people or places; they need no vault. */
@Command(
    name = "secret",
    description = {
      "Splits a file into shares, some of which give it back while fewer tell nothing.",
      "Needs no vault and no passphrase."
    },
    synopsisSubcommandLabel = "split|combine|refresh|reshare|inspect",
    subcommands = {
      SecretVerb.Split.class,
      SecretVerb.Combine.class,
      SecretRenewal.Refresh.class,
      SecretRenewal.Reshare.class,
      SecretInspectVerb.class
    })
final class SecretVerb {
  private static final String STANDARD = "-";

  /** What the verbs have in common. */
  abstract static class OnShares extends Verb {
    private long start = System.nanoTime();

    /** Does the work; the only place where errors of shares and files become errors of the verb. */
    abstract ExitCode work() throws IOException;

    @Override
    final ExitCode run() {
      start = System.nanoTime();
      try {
        return work();
      } catch (FileAlreadyExistsException e) {
        throw new UsageException(
            shown(Path.of(e.getFile())) + " is there already; shares never replace a file");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    final double seconds() {
      return Units.seconds(System.nanoTime() - start);
    }

    final void count(Meter meter, long bytes) {
      interruption().check();
      meter.add(bytes);
    }

    /** Returns the share files that words stand for. */
    final List<Path> files(List<String> words) throws IOException {
      List<Path> paths = words.stream().map(LocalPaths::of).toList();
      for (Path path : paths) {
        if (!Files.exists(path)) {
          throw new UsageException("there is no " + shown(path));
        }
      }
      List<Path> files = ShareInputs.expand(paths);
      if (files.isEmpty()) {
        throw new UsageException("there is no file named *.share in " + shown(paths.get(0)));
      }
      return files;
    }

    /** Opens share files, read under a meter that knows their size. */
    final ShareInputs open(List<Path> files, Meter meter) throws IOException {
      long total = 0;
      for (Path file : files) {
        total += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
      meter.total(total);
      return new ShareInputs(files, bytes -> count(meter, bytes));
    }

    /** Returns the directory for new shares, which exists or can be made. */
    final Path outDirectory(String word) {
      Path directory = LocalPaths.of(word);
      if (Files.exists(directory) && !Files.isDirectory(directory)) {
        throw new UsageException(shown(directory) + " is no directory");
      }
      Path above = directory.toAbsolutePath().getParent();
      if (above != null && !Files.isDirectory(above)) {
        throw new UsageException("there is no directory " + shown(above));
      }
      return directory;
    }

    /** Reports the new files, once they are there. */
    final void made(Path directory, int count, ShareHeader ofSharing, String verb) {
      for (int number = 1; number <= count; number++) {
        console()
            .event(
                Json.event("share")
                    .with("file", shown(directory.resolve(number + NewShares.SUFFIX)))
                    .with("share", number)
                    .with("status", "NEW"));
      }
      console()
          .event(
              SecretReports.sharing("summary", ofSharing)
                  .with("verb", verb)
                  .with("shares", count)
                  .with("seconds", seconds()));
    }

    /**
     * Names the files when they could not be used: a second look at them, as far as they can be
     * read twice.
     */
    final void explain(List<Path> files) throws IOException {
      if (files.stream().allMatch(Files::isRegularFile)) {
        try (ShareInputs again = new ShareInputs(files, bytes -> interruption().check())) {
          ShareReport report = ShareFiles.examine(again.list());
          SecretReports.verdicts(console(), report, again.failures());
        } catch (CryptoException none) {
          console().note("kintsugi: " + none.getMessage());
        }
      }
    }
  }

  static String shown(Path path) {
    return LocalPaths.display(path);
  }

  static SecretSplitter scheme(String word) {
    try {
      return SecretSplitter.parse(word);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Splits. */
  @Command(
      name = "split",
      description = {
        "Splits FILE into the share files 1.share, 2.share, … in OUTDIR, which is made if it is",
        "missing. Each says what it belongs to and checks itself. FILE stays as it is.",
        "FILE may be - for standard input."
      })
  static final class Split extends OnShares {
    @Option(
        names = "--scheme",
        paramLabel = "SCHEME",
        defaultValue = "shamir:3of5",
        description = {
          "shamir:3of5 (the default), xor:3 or potshards:2x2of3: fewer shares tell nothing, whatever",
          "computers will be able to do. krawczyk:3of5 or aont-rs:10+4: shorter shares, as secret as",
          "AES-256 is."
        })
    @SuppressWarnings("NullAway.Init") // picocli sets it: it has a default
    String scheme;

    @Parameters(index = "0", paramLabel = "FILE", description = "The secret.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String file;

    @Parameters(index = "1", paramLabel = "OUTDIR", description = "Where the shares go.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String outDirectory;

    @Override
    ExitCode work() throws IOException {
      SecretSplitter splitter = scheme(scheme);
      Path directory = outDirectory(outDirectory);
      long bytes;
      try (Meter meter = console().meter("split");
          InputStream secret = new CountedInput(open(meter), count -> count(meter, count));
          NewShares shares = new NewShares(directory, NewShares.shareNames(splitter.shares()))) {
        bytes = ShareFiles.split(splitter, secret, shares.streams());
        shares.publish();
      }
      made(directory, splitter.shares(), header(directory), "secret split");
      console()
          .say(
              "split %s into %d shares in %s"
                  .formatted(Units.bytes(bytes), splitter.shares(), shown(directory)));
      console()
          .say(
              "any %d of them give it back; %s%s"
                  .formatted(
                      splitter.threshold(),
                      splitter.privacy() == 0
                          ? "each alone tells all"
                          : splitter.privacy() + " tell nothing but its size",
                      splitter.informationTheoretic() ? "" : " as long as AES-256 holds"));
      return ExitCode.DONE;
    }

    private InputStream open(Meter meter) throws IOException {
      if (file.equals(STANDARD)) {
        return new FileInputStream(FileDescriptor.in);
      }
      Path path = LocalPaths.of(file);
      if (!Files.exists(path)) {
        throw new UsageException("there is no " + shown(path));
      } else if (Files.isDirectory(path)) {
        throw new UsageException(shown(path) + " is a directory; split a file, such as a tar");
      }
      if (Files.isRegularFile(path)) {
        meter.total(Files.size(path));
      }
      return Files.newInputStream(path);
    }
  }

  /** Returns what the first share file of a directory says of itself. */
  static ShareHeader header(Path directory) throws IOException {
    try (InputStream in = Files.newInputStream(directory.resolve(1 + NewShares.SUFFIX))) {
      return ShareHeader.read(in);
    }
  }

  /** Combines. */
  @Command(
      name = "combine",
      description = {
        "Combines share files to the secret. Names shares that are wrong, damaged, foreign, of",
        "another generation, duplicate or missing, and never writes a wrong secret."
      })
  static final class Combine extends OnShares {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        required = true,
        description = {
          "The file to write; it appears whole or not at all, readable for its owner alone, and",
          "replaces what was there. - is standard output: what is written before a failure is right,",
          "but not all."
        })
    @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
    String output;

    @Parameters(
        paramLabel = "SHARE",
        arity = "1..*",
        description = "Share files; a directory stands for the files *.share in it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    List<String> shares;

    @Override
    ExitCode work() throws IOException {
      if (output.equals(STANDARD) && console().json()) {
        throw new UsageException("--json and -o - both want standard output");
      }
      List<Path> files = files(shares);
      ShareReport report;
      Map<String, String> failures;
      try (Meter meter = console().meter("combine");
          ShareInputs inputs = open(files, meter)) {
        report = output.equals(STANDARD) ? toStandardOutput(inputs) : toFile(inputs, files);
        failures = inputs.failures();
      } catch (CryptoException e) {
        // Whatever is wrong with the shares, the secret cannot be had from them.
        explain(files);
        throw new UnrecoverableSecretException(String.valueOf(e.getMessage()), e);
      }
      SecretReports.verdicts(console(), report, failures);
      console()
          .event(
              SecretReports.sharing("summary", report.header())
                  .with("verb", "secret combine")
                  .with("bytes", report.bytes())
                  .with("missing", report.missing())
                  .with("seconds", seconds()));
      if (!output.equals(STANDARD)) {
        console()
            .say(
                "combined %s into %s"
                    .formatted(Units.bytes(report.bytes()), shown(LocalPaths.of(output))));
      }
      return SecretReports.done(report);
    }

    private ShareReport toFile(ShareInputs inputs, List<Path> files) throws IOException {
      Path target = LocalPaths.of(output);
      Path above = target.toAbsolutePath().getParent();
      if (above == null || !Files.isDirectory(above)) {
        throw new UsageException("there is no directory for " + shown(target));
      }
      if (Files.exists(target)) {
        if (!Files.isRegularFile(target)) {
          throw new UsageException(shown(target) + " is no regular file; use -o - for a pipe");
        }
        for (Path file : files) {
          if (Files.isSameFile(file, target)) {
            throw new UsageException(shown(target) + " is one of the shares");
          }
        }
      }
      try (NewSecret secret = new NewSecret(target)) {
        ShareReport report = ShareFiles.combine(inputs.list(), secret.stream());
        secret.publish();
        return report;
      }
    }

    private ShareReport toStandardOutput(ShareInputs inputs) throws IOException {
      return ShareFiles.combine(
          inputs.list(),
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              console().bytes(bytes, offset, length);
              IOException broken = console().failure();
              if (broken != null) {
                throw broken;
              }
            }
          });
    }
  }
}
