package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.Command;

/** Prints the version. */
@Command(name = "version", description = "Prints the versions of Kintsugi and of Java.")
final class VersionVerb extends Verb {
  @Override
  ExitCode run() {
    console().event(Json.event("version").with("kintsugi", version()).with("java", java()));
    console().result(text());
    return ExitCode.DONE;
  }

  /** Returns both versions, for people. */
  static String text() {
    return "kintsugi " + version() + " (" + java() + ")";
  }

  private static String java() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.version");
  }

  static String version() {
    Properties properties = new Properties();
    try (InputStream in = VersionVerb.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is missing from the program");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("version.properties cannot be read", e);
    }
    return properties.getProperty("version", "unknown");
  }
}
