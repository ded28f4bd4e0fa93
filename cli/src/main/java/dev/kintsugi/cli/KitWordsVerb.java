package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.secret.NewShares;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.crypto.mnemonic.Slip39;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the root secret as words for people. */
@Command(
    name = "words",
    description = {
      "Splits the vault's root secret into words for people (SLIP-0039), one file for each person in",
      "OUTDIR: print each, give it to its person, and erase the files. So many of them as you say,",
      "and enough archives, give the vault back with 'kintsugi recover --words', without any",
      "passphrase; fewer tell nothing. Words that were made before stay good.",
      "",
      "  kit words OUTDIR --group 2of3                          any two of three people",
      "  kit words OUTDIR --need 2 --group 1of1 --group 2of3 --group 3of5   any two of three groups"
    })
final class KitWordsVerb extends Verb {
  private static final Pattern GROUP = Pattern.compile("([1-9][0-9]?)of([1-9][0-9]?)");

  @Option(
      names = "--group",
      required = true,
      paramLabel = "MofN",
      description = "A group of N people of whom M are needed; N is at most 16.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
  List<String> groups;

  @Option(
      names = "--need",
      paramLabel = "G",
      defaultValue = "1",
      description = "How many groups are needed (default: ${DEFAULT-VALUE}).")
  int need;

  @Parameters(paramLabel = "OUTDIR", description = "Where the files go.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String out;

  @Override
  ExitCode run() {
    List<Slip39.Group> parsed = groups.stream().map(KitWordsVerb::group).toList();
    if (need < 1 || need > parsed.size() || parsed.size() > Slip39.MOST) {
      throw new UsageException(
          "--need must be 1 to the number of groups, which is at most " + Slip39.MOST);
    }
    Path target = LocalPaths.of(out);
    List<String> names = new ArrayList<>();
    for (int g = 0; g < parsed.size(); g++) {
      for (int m = 0; m < parsed.get(g).members(); m++) {
        names.add("group" + (g + 1) + "-person" + (m + 1) + ".words");
      }
    }
    Path directory = vaultDirectory();
    try (NewShares files = new NewShares(target, names);
        Unlock unlock = root().passphrases().existing(LocalPaths.display(directory));
        Vault vault = root().vaults.open(directory, unlock, true)) {
      Iterator<String> mnemonics =
          vault.exportMnemonics(need, parsed).stream().flatMap(List::stream).iterator();
      for (var file : files.streams()) {
        file.write((mnemonics.next() + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      files.publish();
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(e.getMessage() + " is there already; words never replace a file");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Json event = Json.event("exported").with("directory", LocalPaths.display(target));
    console().event(event.with("files", names));
    console()
        .say(
            "wrote "
                + Units.count(names.size(), "file")
                + " of words to "
                + LocalPaths.display(target)
                + ": print each for its person, then erase the files");
    return ExitCode.DONE;
  }

  private static Slip39.Group group(String text) {
    Matcher parts = GROUP.matcher(text);
    try {
      if (parts.matches()) {
        return new Slip39.Group(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--group " + text + ": " + e.getMessage());
    }
    throw new UsageException("--group " + text + " must look like 2of3");
  }
}
