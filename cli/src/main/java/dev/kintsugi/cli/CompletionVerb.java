package dev.kintsugi.cli;

import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a completion script. */
@Command(
    name = "completion",
    description = {
      "Prints a completion script for a shell.%n",
      "bash: source <(kintsugi completion bash)",
      "zsh:  source <(kintsugi completion zsh)"
    })
final class CompletionVerb extends Verb {
  /** The shells there are scripts for. */
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "bash|zsh", description = "The shell.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  Shell shell;

  @Override
  ExitCode run() {
    String script = AutoComplete.bash("kintsugi", Main.commandLine(root()));
    if (shell == Shell.zsh) {
      script =
          "autoload -U +X compinit && compinit\n"
              + "autoload -U +X bashcompinit && bashcompinit\n"
              + script;
    }
    byte[] bytes = script.getBytes(StandardCharsets.UTF_8);
    console().bytes(bytes, 0, bytes.length);
    return ExitCode.DONE;
  }
}
