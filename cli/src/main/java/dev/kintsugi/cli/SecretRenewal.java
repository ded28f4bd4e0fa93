package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.secret.NewShares;
import dev.kintsugi.cli.secret.ShareInputs;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.split.Shamir;
import dev.kintsugi.crypto.split.ShareFiles;
import dev.kintsugi.crypto.split.ShareHeader;
import dev.kintsugi.crypto.split.ShareMaintenance;
import dev.kintsugi.crypto.split.ShareReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs that make new shares of a secret without assembling it. */
final class SecretRenewal {
  private SecretRenewal() {}

  /** Refreshes. */
  @Command(
      name = "refresh",
      description = {
        "Makes new shares of the same secret in OUTDIR, without ever assembling it, and with the same",
        "scheme. Needs every share. Old and new shares do not combine: once the old ones are",
        "destroyed, whoever stole too few of them has nothing."
      })
  static final class Refresh extends SecretVerb.OnShares {
    @Parameters(index = "0", paramLabel = "DIR-OF-SHARES", description = "The shares of now.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String directory;

    @Parameters(index = "1", paramLabel = "OUTDIR", description = "Where the new shares go.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String outDirectory;

    @Override
    ExitCode work() throws IOException {
      if (!Files.isDirectory(LocalPaths.of(directory))) {
        throw new UsageException(
            LocalPaths.display(LocalPaths.of(directory)) + " is no directory of shares");
      }
      List<Path> files = files(List.of(directory));
      return rewrite(this, "secret refresh", files, outDirectory, shamir(this, files), true);
    }
  }

  /** Re-shares. */
  @Command(
      name = "reshare",
      description = {
        "Makes new shares of the same secret in OUTDIR with another number or threshold, without ever",
        "assembling it. Needs as many shares as the old threshold. The old shares stay valid among",
        "themselves until they are destroyed."
      })
  static final class Reshare extends SecretVerb.OnShares {
    @Option(
        names = "--to",
        paramLabel = "SCHEME",
        required = true,
        description = "The new scheme, such as shamir:4of7.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
    String to;

    @Parameters(
        paramLabel = "SHARE",
        arity = "2..*",
        description = {
          "Share files, or a directory for the files *.share in it; the last word is OUTDIR, where",
          "the new shares go."
        })
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    List<String> words;

    @Override
    ExitCode work() throws IOException {
      if (!(SecretVerb.scheme(to) instanceof Shamir target)) {
        throw new UsageException("shares can only be re-shared to shamir:TofN, not to " + to);
      }
      List<Path> files = files(words.subList(0, words.size() - 1));
      return rewrite(this, "secret reshare", files, words.get(words.size() - 1), target, false);
    }
  }

  /** Returns the splitter of share files, which must be Shamir's. */
  private static Shamir shamir(SecretVerb.OnShares verb, List<Path> files) throws IOException {
    ShareHeader header;
    try (ShareInputs inputs = new ShareInputs(files, bytes -> verb.interruption().check())) {
      header = ShareFiles.header(inputs.list());
    } catch (CryptoException e) {
      throw new UnrecoverableSecretException(String.valueOf(e.getMessage()), e);
    }
    if (header.splitter() instanceof Shamir shamir) {
      return shamir;
    }
    throw new UsageException(
        "only shamir shares can be made anew without the secret, not " + header.splitter());
  }

  private static ExitCode rewrite(
      SecretVerb.OnShares verb,
      String name,
      List<Path> files,
      String word,
      Shamir to,
      boolean refresh)
      throws IOException {
    Path directory = verb.outDirectory(word);
    ShareReport report;
    Map<String, String> failures;
    try (Meter meter = verb.console().meter(name);
        ShareInputs inputs = verb.open(files, meter);
        NewShares shares = new NewShares(directory, NewShares.shareNames(to.shares()))) {
      report =
          refresh
              ? ShareMaintenance.refresh(inputs.list(), shares.streams())
              : ShareMaintenance.reshare(inputs.list(), to, shares.streams());
      failures = inputs.failures();
      shares.publish();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (CryptoException e) {
      verb.explain(files);
      if (e instanceof AuthenticationFailedException) {
        throw e;
      }
      throw new UnrecoverableSecretException(String.valueOf(e.getMessage()), e);
    }
    SecretReports.verdicts(verb.console(), report, failures);
    long given =
        report.verdicts().stream().filter(v -> v.status() == ShareReport.Status.GOOD).count();
    if (given == report.header().splitter().threshold()) {
      verb.console()
          .warn(
              "there were just enough shares, so none could be checked against another;"
                  + " combine the new ones before the old ones are destroyed");
    }
    verb.made(directory, to.shares(), SecretVerb.header(directory), name);
    verb.console()
        .say(
            "made %d new shares of %s in %s, generation %d; destroy the old ones once every holder has a new one"
                .formatted(
                    to.shares(),
                    to,
                    LocalPaths.display(directory),
                    report.header().generation() + 1));
    return ExitCode.DONE;
  }
}
