package dev.kintsugi.cli;

import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.store.ArchiveSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that name archives. */
final class ArchiveWords {
  private static final String DOMAIN = ",domain=";

  @Option(
      names = "--archive",
      paramLabel = "NAME=URL[,domain=DOMAIN]",
      description = {
        "An archive, such as a=file:/mnt/disk1/archive; give one for each. Archives of one failure",
        "domain are assumed to fail together; without a domain, each is its own."
      })
  List<String> words = List.of();

  @Option(
      names = "--domain",
      paramLabel = "NAME=DOMAIN",
      description = "The failure domain of the archive NAME.")
  List<String> domains = List.of();

  /** Returns the archives that are named, at least one. */
  List<ArchiveSpec> specs() {
    if (words.isEmpty()) {
      throw new UsageException("which archives? Give --archive NAME=URL for each");
    }
    Map<String, String> byName = new HashMap<>();
    for (String word : domains) {
      String[] pair = split(word, "--domain " + word + ": give NAME=DOMAIN");
      byName.put(pair[0], pair[1]);
    }
    List<ArchiveSpec> specs = new ArrayList<>();
    for (String word : words) {
      ArchiveSpec spec = parse(word);
      String domain = byName.remove(spec.name());
      if (specs.stream().anyMatch(other -> other.name().equals(spec.name()))) {
        throw new UsageException("two archives are named '" + spec.name() + "'");
      }
      specs.add(domain == null ? spec : new ArchiveSpec(spec.name(), spec.url(), domain));
    }
    if (!byName.isEmpty()) {
      throw new UsageException("--domain names archives that are not given: " + byName.keySet());
    }
    return specs;
  }

  /** Reads one archive from {@code NAME=URL[,domain=DOMAIN]}. */
  static ArchiveSpec parse(String word) {
    if (!RawText.isPlain(word)) {
      throw new UsageException(
          "the URL of an archive must be UTF-8: " + RawText.display(RawText.encode(word)));
    }
    String[] pair = split(word, word + ": give NAME=URL, such as a=file:/mnt/disk1/archive");
    String url = pair[1];
    String domain = pair[0];
    int suffix = url.lastIndexOf(DOMAIN);
    if (suffix >= 0) {
      domain = url.substring(suffix + DOMAIN.length());
      url = url.substring(0, suffix);
    }
    try {
      return new ArchiveSpec(pair[0], absolute(url), domain);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() == null ? word : e.getMessage());
    }
  }

  /** Makes the path of a {@code file:} URL absolute, because the vault remembers it. */
  private static String absolute(String url) {
    if (url.startsWith("file:") && url.length() > 5 && url.charAt(5) != '/') {
      return "file:" + Path.of(url.substring(5)).toAbsolutePath().normalize();
    }
    return url;
  }

  private static String[] split(String word, String complaint) {
    int at = word.indexOf('=');
    if (at <= 0 || at == word.length() - 1) {
      throw new UsageException(complaint);
    }
    return new String[] {word.substring(0, at), word.substring(at + 1)};
  }
}
