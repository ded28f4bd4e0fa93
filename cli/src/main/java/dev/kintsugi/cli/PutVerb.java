package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores files and trees. */
@Command(
    name = "put",
    description = {
      "Stores local files and, with -r, directories, as cp does: into DEST if it is a directory,",
      "otherwise as DEST. 'put -r tree /' makes /tree. Symbolic links are stored as links.",
      "",
      "With --json, one line is printed for every item as soon as it is durable.",
      "What cannot be stored (sockets, pipes, devices, unreadable files) is named, the rest goes",
      "on, and the exit code is 3."
    })
final class PutVerb extends Verb {
  @Option(names = "-r", description = "Stores directories with all below.")
  boolean recursive;

  @Option(names = "--dry-run", description = "Only prints what would be stored.")
  boolean dryRun;

  @Parameters(
      arity = "2..*",
      hideParamSyntax = true,
      paramLabel = "SRC... /DEST",
      description = "Local files; a path.")
  List<String> words = List.of();

  @Override
  ExitCode run() {
    List<String> sources = words.subList(0, words.size() - 1);
    VaultPath destination = vaultPath(words.get(words.size() - 1));
    Outcome outcome = new Outcome(console());
    CipherWarmUp.start();
    try (Vault vault = dryRun ? openToRead() : openToWrite()) {
      boolean into = intoDirectory(vault, destination, sources.size());
      List<LocalAttributes> excluded = ownPlaces(vault);
      return dryRun
          ? preview(sources, destination, into, excluded, outcome)
          : store(vault, sources, destination, into, excluded, outcome);
    }
  }

  private boolean intoDirectory(Vault vault, VaultPath destination, int sources) {
    Optional<Attributes> there = vault.lookup(destination);
    boolean into = there.isPresent() && there.get().kind() == Kind.DIRECTORY;
    String word = words.get(words.size() - 1);
    if (!into && (sources > 1 || (word.endsWith("/") && !recursive))) {
      throw new UsageException(
          destination + " is not a directory; make it with 'kintsugi mkdir' first");
    }
    return into;
  }

  private ExitCode store(
      Vault vault,
      List<String> sources,
      VaultPath destination,
      boolean into,
      List<LocalAttributes> excluded,
      Outcome outcome) {
    PutRun run =
        new PutRun(vault, excluded, console(), interruption(), outcome, PutRun.Witness.NONE);
    boolean interrupted = false;
    KintsugiException failure = null;
    try (run) {
      countAhead(sources, excluded, run.meter());
      each(sources, destination, into, excluded, outcome, run::put);
    } catch (InterruptedRunException e) {
      interrupted = true; // closing has made durable and acknowledged what was given
    } catch (KintsugiException e) {
      failure = e;
    }
    run.summarize();
    if (failure != null) {
      console()
          .note(
              run.storedAnything()
                  ? "kintsugi: stopped by the error below; what was stored before it stays stored"
                  : "kintsugi: nothing was stored");
      throw failure;
    }
    return interrupted || interruption().requested()
        ? ExitCode.INTERRUPTED
        : outcome.code(run.storedAnything());
  }

  private interface Target {
    void accept(Path source, VaultPath target);
  }

  private void each(
      List<String> sources,
      VaultPath destination,
      boolean into,
      List<LocalAttributes> excluded,
      Outcome outcome,
      Target consumer) {
    for (String word : sources) {
      interruption().check();
      Path source = LocalPaths.of(word);
      try {
        LocalAttributes attributes = LocalAttributes.read(source);
        if (word.endsWith("/") && attributes.type() == LocalAttributes.Type.SYMLINK) {
          source = source.toRealPath(); // the slash asks for what the link leads to
          attributes = LocalAttributes.read(source);
        }
        if (attributes.type() == LocalAttributes.Type.DIRECTORY && !recursive) {
          outcome.failed(LocalPaths.display(source), "is a directory; use -r", ExitCode.USAGE);
          continue;
        }
        if (excluded.stream().anyMatch(attributes::sameFile)) {
          outcome.failed(
              LocalPaths.display(source), "belongs to the vault itself; left out", ExitCode.PARTLY);
          continue;
        }
        consumer.accept(source, into ? inside(word, destination) : destination);
      } catch (IOException e) {
        outcome.failed(RawText.display(RawText.encode(word)), LocalTree.reason(e), ExitCode.USAGE);
      }
    }
  }

  /** Returns the path of a source in a directory; of {@code .} and the like, the directory. */
  private static VaultPath inside(String word, VaultPath directory) {
    byte[] name = LocalPaths.name(LocalPaths.of(word));
    String text = RawText.decode(name);
    return text.isEmpty() || text.equals(".") || text.equals("..")
        ? directory
        : directory.resolve(Name.of(name));
  }

  /**
   * Finds the directories that are the vault's own, which storing would change as they are read.
   */
  private List<LocalAttributes> ownPlaces(Vault vault) {
    List<Path> places = new ArrayList<>();
    places.add(vaultDirectory());
    for (ArchiveStatus archive : vault.archives()) {
      if (archive.spec().url().startsWith("file:")) {
        places.add(LocalPaths.of(archive.spec().url().substring("file:".length())));
      }
    }
    List<LocalAttributes> found = new ArrayList<>();
    for (Path place : places) {
      try {
        found.add(LocalAttributes.read(place.toRealPath()));
      } catch (IOException e) {
        console().detail(LocalPaths.display(place) + " is not there");
      }
    }
    return found;
  }

  /** Counts the bytes beside the storing, for the time left. */
  private void countAhead(List<String> sources, List<LocalAttributes> excluded, Meter meter) {
    if (!meter.visible()) {
      return;
    }
    Thread counter =
        new Thread(
            () -> {
              TreeCount count = new TreeCount();
              LocalTree tree = new LocalTree(count, excluded, interruption()::requested);
              sources.forEach(word -> tree.walk(LocalPaths.of(word), VaultPath.ROOT));
              meter.total(count.bytes());
            },
            "kintsugi-count");
    counter.setDaemon(true);
    counter.start();
  }

  private ExitCode preview(
      List<String> sources,
      VaultPath destination,
      boolean into,
      List<LocalAttributes> excluded,
      Outcome outcome) {
    TreeCount count =
        new TreeCount() {
          @Override
          void found(VaultPath target, LocalAttributes attributes) {
            console()
                .event(
                    Json.event("would-store")
                        .with("path", target)
                        .with("kind", Entries.word(PutRun.kind(attributes.type())))
                        .with("size", attributes.size()));
            console().say("would store " + target);
          }

          @Override
          public void refused(Path local, String reason) {
            outcome.failed(LocalPaths.display(local), reason, ExitCode.PARTLY);
          }
        };
    LocalTree tree = new LocalTree(count, excluded, interruption()::requested);
    each(sources, destination, into, excluded, outcome, tree::walk);
    console().say("would store " + count);
    interruption().check();
    return outcome.code(count.any());
  }
}
