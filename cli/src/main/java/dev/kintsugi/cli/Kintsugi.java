package dev.kintsugi.cli;

import dev.kintsugi.cli.code.CodeHost;
import dev.kintsugi.cli.code.CodeVerb;
import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.core.store.VaultProvider;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command: global options, and what every verb needs. */
@Command(
    name = "kintsugi",
    synopsisSubcommandLabel = "VERB",
    description = "Keeps data safe for decades on storage that nobody has to trust.%n",
    optionListHeading = "Global options, before or after the verb:%n",
    commandListHeading = "%nVerbs:%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 partly done, 4 data cannot be recovered,",
      "5 wrong passphrase or no right, 6 archives unavailable, 7 tampering detected,",
      "8 vault locked by another process or overtaken by another copy, 130 interrupted."
    },
    subcommands = {
      InitVerb.class,
      PutVerb.class,
      GetVerb.class,
      CatVerb.class,
      LsVerb.class,
      StatVerb.class,
      MvVerb.class,
      RmVerb.class,
      MkdirVerb.class,
      StatusVerb.class,
      ScrubVerb.class,
      RepairVerb.class,
      RebuildVerb.class,
      ArchiveVerb.class,
      KitVerb.class,
      RecoverVerb.class,
      DrillVerb.class,
      SecretVerb.class,
      MountVerb.class,
      UmountVerb.class,
      CodeVerb.class,
      CompletionVerb.class,
      HelpVerb.class,
      VersionVerb.class
    })
final class Kintsugi implements CodeHost {
  @Option(
      names = {"-V", "--vault"},
      paramLabel = "VAULT",
      scope = ScopeType.INHERIT,
      description = "The vault's directory; otherwise $KINTSUGI_VAULT.")
  @Nullable String vault;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Reads the passphrase from the first line of FILE; otherwise"
              + " $KINTSUGI_PASSPHRASE_FILE, otherwise asks on the terminal.")
  @Nullable String passphraseFile;

  @Option(
      names = "--passphrase-fd",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      description = "Reads the passphrase from the first line of file descriptor N.")
  @Nullable Integer passphraseFd;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Prints JSON lines, progress included.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Prints results, warnings and errors only.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Prints every item; stack traces of errors.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Explains the verb.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "As the verb 'version'.")
  boolean version;

  final Console console;
  final VaultProvider vaults;
  final Interruption interruption;
  final Map<String, String> environment;

  Kintsugi(
      Console console,
      VaultProvider vaults,
      Interruption interruption,
      Map<String, String> environment) {
    this.console = console;
    this.vaults = vaults;
    this.interruption = interruption;
    this.environment = environment;
  }

  @Override
  public Console configuredConsole() {
    console.configure(json, quiet, verbose);
    return console;
  }

  @Override
  public void checkInterruption() {
    interruption.check();
  }

  /** Returns the vault's directory. */
  Path vaultDirectory() {
    String word = vault != null ? vault : environment.get("KINTSUGI_VAULT");
    if (word == null || word.isEmpty()) {
      throw new UsageException("which vault? Give -V VAULT or set $KINTSUGI_VAULT");
    }
    return LocalPaths.of(word);
  }

  /** Returns where the passphrase comes from. */
  Passphrases passphrases() {
    return new Passphrases(
        passphraseFile, passphraseFd, environment.get("KINTSUGI_PASSPHRASE_FILE"), interruption);
  }
}
