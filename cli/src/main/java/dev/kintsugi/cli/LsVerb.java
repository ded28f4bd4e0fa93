package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists directories. */
@Command(
    name = "ls",
    description = {
      "Lists a directory's entries, or names a file. With -R, whole paths of everything below.",
      "Names that are not safe on a terminal are shown with \\xHH; -0 prints their exact bytes."
    })
final class LsVerb extends Verb {
  @Option(names = "-l", description = "Adds mode, links, owner, group, size and time.")
  boolean details;

  @Option(names = "-R", description = "Lists everything below, as whole paths.")
  boolean recursive;

  @Option(names = "-0", description = "Prints the exact bytes of names, each ended by NUL.")
  boolean zero;

  @Parameters(
      arity = "0..1",
      hideParamSyntax = true,
      paramLabel = "[/PATH]",
      description = "What to list, / by default.")
  String path = "/";

  @Override
  ExitCode run() {
    if (zero && details) {
      throw new UsageException("-0 prints names alone; leave out -l");
    }
    VaultPath start = vaultPath(path);
    try (Vault vault = openToRead()) {
      Attributes attributes = vault.stat(start);
      if (attributes.kind() == Kind.DIRECTORY) {
        list(vault, start);
      } else {
        print(vault, start, attributes, start.toString());
      }
    }
    interruption().check();
    return ExitCode.DONE;
  }

  private void list(Vault vault, VaultPath directory) {
    List<DirectoryEntry> entries = vault.list(directory);
    for (DirectoryEntry entry : entries) {
      if (console().broken() || interruption().requested()) {
        return;
      }
      VaultPath child = directory.resolve(entry.name());
      print(
          vault, child, entry.attributes(), recursive ? child.toString() : entry.name().toString());
      if (recursive && entry.attributes().kind() == Kind.DIRECTORY) {
        list(vault, child);
      }
    }
  }

  private void print(Vault vault, VaultPath entry, Attributes attributes, String label) {
    Console console = console();
    if (console.json()) {
      Json line = Entries.describe(Json.event("entry"), entry, attributes);
      if (attributes.kind() == Kind.SYMLINK) {
        line.with("target", Entries.target(vault.readLink(entry)));
      }
      console.event(line);
    } else if (zero) {
      byte[] bytes = exact(entry);
      console.bytes(bytes, 0, bytes.length);
    } else if (details) {
      String target =
          attributes.kind() == Kind.SYMLINK ? " -> " + Entries.target(vault.readLink(entry)) : "";
      console.result(
          String.format(
              Locale.ROOT,
              "%s %3d %5d %5d %12d %s %s%s",
              Entries.modeText(attributes.kind(), attributes.mode()),
              attributes.links(),
              attributes.uid(),
              attributes.gid(),
              attributes.size(),
              Entries.localTime(attributes.modified()),
              label,
              target));
    } else {
      console.result(label);
    }
  }

  private byte[] exact(VaultPath entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (recursive) {
      entry
          .names()
          .forEach(
              name -> {
                bytes.write('/');
                bytes.writeBytes(name.toBytes());
              });
    } else if (!entry.isRoot()) {
      bytes.writeBytes(entry.name().toBytes());
    }
    bytes.write(0);
    return bytes.toByteArray();
  }
}
