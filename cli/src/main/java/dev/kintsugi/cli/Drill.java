package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.cli.local.Manifest;
import dev.kintsugi.cli.local.Restorer;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/**
 * One drill, step by step. The place holds {@code archives/}, {@code vault/}, {@code kit}, {@code
 * recovered/} (the new vault), {@code restored/} and, if kept, {@code passphrase}.
 */
final class Drill {
  private static final VaultPath ROOT = VaultPath.ROOT.resolve("tree");
  private static final int SHOWN = 20;
  private static final int STEPS = 7;

  /**
   * What to do.
   *
   * @param source the directory
   * @param scheme of the vault
   * @param archives how many to make
   * @param lose how many to delete
   * @param keep whether to leave the scratch place behind
   */
  record Plan(Path source, String scheme, int archives, int lose, boolean keep) {}

  private final Kintsugi root;
  private final Console console;
  private final Interruption interruption;
  private final Plan plan;
  private final Path place;
  private final Manifest manifest = new Manifest();
  private final Outcome outcome;
  private final long start = System.nanoTime();
  private long stepStart = start;
  private int step;

  Drill(Kintsugi root, Plan plan, Path place) {
    this.root = root;
    this.console = root.console;
    this.interruption = root.interruption;
    this.plan = plan;
    this.place = place;
    this.outcome = new Outcome(root.console);
  }

  ExitCode run() throws IOException {
    try (Unlock unlock = randomPassphrase()) {
      return drill(unlock);
    } finally {
      if (plan.keep()) {
        console.note("everything is kept in " + LocalPaths.display(place));
      } else {
        Restorer.removeTree(place);
      }
    }
  }

  private ExitCode drill(Unlock unlock) throws IOException {
    TreeCount count = scan();
    List<ArchiveSpec> archives = new ArrayList<>();
    for (int i = 0; i < plan.archives(); i++) {
      String name = name(i);
      archives.add(ArchiveSpec.of(name, "file:" + place.resolve("archives").resolve(name)));
    }
    Files.createDirectory(place.resolve("archives"));
    Path vault = place.resolve("vault");
    CipherWarmUp.start();
    root.vaults.create(vault, VaultOptions.of(archives, plan.scheme()), unlock);
    done("init", plan.scheme() + " over " + Units.count(plan.archives(), "archive"), -1);
    store(vault, unlock);
    List<ArchiveSpec> left = lose(archives, vault);
    Path recovered = place.resolve("recovered");
    ExitCode recovery = recover(recovered, unlock, left);
    restore(recovered, unlock);
    return compare(count).or(recovery).or(outcome.code(true));
  }

  private TreeCount scan() throws IOException {
    TreeCount count = new TreeCount();
    new LocalTree(count, excluded(), interruption::requested).walk(plan.source(), ROOT);
    interruption.check();
    done("scan", LocalPaths.display(plan.source()) + ": " + count, -1);
    long stored = count.bytes() / plan.archives() * (plan.archives() + 1) * 2;
    long free = Files.getFileStore(place).getUsableSpace();
    if (free < Math.max(stored, 2 * count.bytes())) {
      throw new UsageException(
          "the drill needs about "
              + Units.bytes(stored)
              + " in "
              + LocalPaths.display(place)
              + ", where "
              + Units.bytes(free)
              + " are free; set $TMPDIR or give --keep DIR");
    }
    return count;
  }

  private void store(Path vaultDirectory, Unlock unlock) throws IOException {
    PutRun.Witness witness =
        new PutRun.Witness() {
          @Override
          public void item(VaultPath target, LocalAttributes attributes, byte[] content) {
            manifest.add(target, attributes, content);
          }

          @Override
          public boolean wantsDigests() {
            return true;
          }
        };
    long bytes;
    try (Vault vault = root.vaults.open(vaultDirectory, unlock, false)) {
      PutRun run = new PutRun(vault, excluded(), console, interruption, outcome, witness);
      try (run) {
        run.put(plan.source(), ROOT);
      }
      interruption.check();
      bytes = run.bytes();
      long onArchives = sizeBelow(place.resolve("archives"));
      done(
          "put",
          String.format(
              java.util.Locale.ROOT,
              "%s stored as %s in shards (%.2f times)",
              Units.bytes(bytes),
              Units.bytes(onArchives),
              bytes == 0 ? 0.0 : (double) onArchives / bytes),
          bytes);
      vault.exportKit(place.resolve("kit"), unlock);
    }
  }

  private List<ArchiveSpec> lose(List<ArchiveSpec> archives, Path vault) throws IOException {
    List<ArchiveSpec> left = new ArrayList<>(archives);
    Collections.shuffle(left, new SecureRandom());
    List<ArchiveSpec> lost = left.subList(0, plan.lose());
    List<String> names = lost.stream().map(ArchiveSpec::name).sorted().toList();
    for (String name : names) {
      Restorer.removeTree(place.resolve("archives").resolve(name));
    }
    Restorer.removeTree(vault);
    done(
        "lose",
        "deleted "
            + (names.isEmpty() ? "" : "archives " + String.join(", ", names) + ", ")
            + "the vault and its index",
        -1);
    return List.copyOf(left.subList(plan.lose(), left.size()));
  }

  private ExitCode recover(Path recovered, Unlock unlock, List<ArchiveSpec> left) {
    interruption.check();
    RecoverReport report;
    try (Meter meter = console.meter("recover")) {
      report = root.vaults.recover(recovered, place.resolve("kit"), unlock, left, unlock, meter);
    }
    Reports.unrecoverable(console, report.unrecoverable());
    done(
        "recover",
        PutRun.counts(report.files(), report.directories(), report.symlinks(), report.bytes())
            + " found in "
            + Units.count(report.shards(), "shard")
            + " of "
            + Units.count(left.size(), "archive"),
        -1);
    return report.unrecoverable().isEmpty() && report.lostCommits().isEmpty()
        ? ExitCode.DONE
        : ExitCode.UNRECOVERABLE;
  }

  private void restore(Path recovered, Unlock unlock) {
    interruption.check();
    try (Vault vault = root.vaults.open(recovered, unlock, true)) {
      GetRun run = new GetRun(vault, new Restorer(Self.isRoot()), console, interruption, outcome);
      try (run) {
        vault
            .lookup(ROOT)
            .ifPresent(attributes -> run.get(ROOT, attributes, place.resolve("restored")));
      }
      interruption.check();
      done("get", Units.bytes(run.bytes()) + " restored", run.bytes());
    }
  }

  private ExitCode compare(TreeCount count) throws IOException {
    List<String> differences;
    try (Meter meter = console.meter("compare")) {
      meter.total(count.bytes());
      differences =
          manifest.compare(
              place.resolve("restored"), ROOT, Self.isRoot(), meter::add, interruption::requested);
      interruption.check();
      done(
          "compare",
          Units.count(manifest.size(), "item")
              + " by content (SHA-256), name, mode, time and link target: "
              + (differences.isEmpty()
                  ? "identical"
                  : Units.count(differences.size(), "difference")),
          meter.done());
    }
    differences.forEach(text -> console.event(Json.event("difference").with("what", text)));
    differences.stream().limit(SHOWN).forEach(text -> console.complain("kintsugi: " + text));
    if (differences.size() > SHOWN) {
      console.complain("and " + (differences.size() - SHOWN) + " more differences");
    }
    long changes = manifest.changes(plan.source(), ROOT, excluded());
    if (changes > 0) {
      console.note(
          Units.count(changes, "item")
              + " of "
              + LocalPaths.display(plan.source())
              + " changed since or could not be stored; what was stored is what was compared");
    }
    conclude(differences, changes);
    return differences.isEmpty() ? ExitCode.DONE : ExitCode.UNRECOVERABLE;
  }

  private void conclude(List<String> differences, long changes) {
    long nanos = System.nanoTime() - start;
    boolean identical = differences.isEmpty();
    console.event(
        Json.event("summary")
            .with("verb", "drill")
            .with("identical", identical)
            .with("items", manifest.size())
            .with("differences", differences.size())
            .with("notStored", outcome.failures())
            .with("changedMeanwhile", changes)
            .with("seconds", Units.seconds(nanos)));
    console.say("");
    console.say(
        (identical
                ? "IDENTICAL: all " + Units.count(manifest.size(), "item") + " came back"
                : "NOT IDENTICAL: " + Units.count(differences.size(), "difference"))
            + " after losing "
            + plan.lose()
            + " of "
            + Units.count(plan.archives(), "archive")
            + ", the index and the vault; "
            + Units.duration(nanos)
            + " in all");
  }

  /** Prints a finished step; {@code bytes} gives its rate unless negative. */
  private void done(String name, String what, long bytes) {
    long now = System.nanoTime();
    long nanos = now - stepStart;
    stepStart = now;
    step++;
    Json line =
        Json.event("step")
            .with("step", name)
            .with("what", what)
            .with("seconds", Units.seconds(nanos));
    if (bytes >= 0) {
      line.with("bytes", bytes).with("bytesPerSecond", (long) (bytes * 1e9 / Math.max(1, nanos)));
    }
    console.event(line);
    console.say(
        String.format(
            "[%d/%d] %-8s %s  (%s%s)",
            step,
            STEPS,
            name,
            what,
            Units.duration(nanos),
            bytes > 0 ? ", " + Units.rate(bytes, nanos) : ""));
  }

  private List<LocalAttributes> excluded() throws IOException {
    return List.of(LocalAttributes.read(place));
  }

  private static long sizeBelow(Path directory) {
    TreeCount count = new TreeCount();
    new LocalTree(count, List.of(), () -> false).walk(directory, VaultPath.ROOT);
    return count.bytes();
  }

  /** Returns a, b, …, z, a1, b1, … */
  private static String name(int index) {
    String letter = String.valueOf((char) ('a' + index % 26));
    return index < 26 ? letter : letter + index / 26;
  }

  private Unlock randomPassphrase() throws IOException {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String text = HexFormat.of().formatHex(random);
    if (plan.keep()) {
      Path file =
          Files.createFile(
              place.resolve("passphrase"),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Unlock.passphrase(text.toCharArray());
  }
}
