package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process that mounts a small vault, for tests that kill it or run it in the background.
 *
 * <p>Arguments: what to do, the directory. It reads a passphrase from standard input.
 */
final class MountingProgram {
  private MountingProgram() {}

  public static void main(String[] arguments) throws Exception {
    List<String> words = List.of(arguments);
    String passphrase = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
    if (!"open sesame".equals(passphrase)) {
      System.err.println("wrong passphrase");
      System.exit(5);
    }
    if (words.get(0).equals("start-a-hanging-one")) {
      Path directory = Path.of(words.get(1));
      MountDaemon.start(
          new MountDaemon.Launch(
              MountingProgram.class.getName(),
              List.of("hang-mounted", words.get(1)),
              directory,
              directory.resolveSibling("log"),
              Duration.ofMinutes(5)),
          "open sesame\n".getBytes(UTF_8));
    }
    if (words.get(0).equals("hang")) {
      Thread.sleep(600_000);
    }
    FakeVault vault = new FakeVault();
    vault.file("/hello", "hello\n".getBytes(UTF_8));
    Mount mount = Mount.mount(vault, Path.of(words.get(1)), MountOptions.readOnly());
    if (words.get(0).equals("hang-mounted")) {
      Thread.sleep(600_000);
    }
    MountDaemon.ready();
    System.out.println("mounted");
    if (words.get(0).equals("exit")) {
      System.exit(0);
    }
    mount.awaitUnmount();
  }
}
