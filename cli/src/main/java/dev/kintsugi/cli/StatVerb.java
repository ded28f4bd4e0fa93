package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells everything about one path. */
@Command(name = "stat", description = "Tells everything about a path; of a link itself.")
final class StatVerb extends Verb {
  @Parameters(paramLabel = "/PATH", description = "The path.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String path;

  @Override
  ExitCode run() {
    VaultPath what = vaultPath(path);
    try (Vault vault = openToRead()) {
      Attributes attributes = vault.stat(what);
      Json line = Entries.describe(Json.event("stat"), what, attributes);
      Console console = console();
      console.result("Path      " + what);
      if (attributes.kind() == Kind.SYMLINK) {
        String target = Entries.target(vault.readLink(what));
        line.with("target", target);
        console.result("Target    " + target);
      }
      console.event(line);
      console.result("Kind      " + Entries.word(attributes.kind()));
      String size = Units.bytes(attributes.size());
      console.result(
          "Size      "
              + (attributes.size() < 1024 ? size : attributes.size() + " B (" + size + ")"));
      console.result(
          String.format(
              "Mode      %04o %s",
              attributes.mode(), Entries.modeText(attributes.kind(), attributes.mode())));
      console.result("Owner     " + attributes.uid() + ":" + attributes.gid());
      console.result("Links     " + attributes.links());
      console.result("Modified  " + Entries.time(attributes.modified()));
      console.result("Changed   " + Entries.time(attributes.changed()));
      console.result("Inode     " + attributes.inode());
    }
    return ExitCode.DONE;
  }
}
