package dev.kintsugi.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains verbs. */
@Command(name = "help", description = "Explains a verb, as 'VERB --help' does, or lists the verbs.")
final class HelpVerb extends Verb {
  @Parameters(
      arity = "0..*",
      hideParamSyntax = true,
      paramLabel = "[VERB...]",
      description = "The verb, such as 'put' or 'archive add'.")
  List<String> words = List.of();

  @Override
  ExitCode run() {
    CommandLine line = spec.root().commandLine();
    for (String word : words) {
      CommandLine next = line.getSubcommands().get(word);
      if (next == null) {
        throw new UsageException(
            "'" + line.getCommandSpec().qualifiedName() + "' has no verb '" + word + "'");
      }
      line = next;
    }
    line.usage(spec.commandLine().getOut());
    return ExitCode.DONE;
  }
}
