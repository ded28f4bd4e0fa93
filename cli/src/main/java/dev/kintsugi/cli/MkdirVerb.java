package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes directories. */
@Command(name = "mkdir", description = "Makes directories, with mode 0755 and this user as owner.")
final class MkdirVerb extends Verb {
  @Option(names = "-p", description = "Makes missing parents; content if it is there already.")
  boolean parents;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "/PATH...",
      description = "The directories.")
  List<String> words = List.of();

  @Override
  ExitCode run() {
    List<VaultPath> paths = words.stream().map(Verb::vaultPath).toList();
    Outcome outcome = new Outcome(console());
    boolean any = false;
    try (Vault vault = openToWrite()) {
      for (VaultPath path : paths) {
        interruption().check();
        try {
          make(vault, path);
          any = true;
        } catch (NoSuchPathException e) {
          outcome.failed(
              path.toString(), e.getMessage() + "; make it first, or use -p", ExitCode.USAGE);
        } catch (NamespaceException e) {
          outcome.failed(path.toString(), String.valueOf(e.getMessage()), ExitCode.USAGE);
        }
      }
    }
    return outcome.code(any);
  }

  private void make(Vault vault, VaultPath path) {
    if (parents) {
      boolean there =
          vault.lookup(path).filter(found -> found.kind() == Kind.DIRECTORY).isPresent();
      if (there) {
        return;
      }
      if (!path.isRoot()) {
        make(vault, path.parent());
      }
    }
    vault.makeDirectory(path, Self.owned(0755));
    console().event(Json.event("made").with("path", path));
    console().detail("made " + path);
  }
}
