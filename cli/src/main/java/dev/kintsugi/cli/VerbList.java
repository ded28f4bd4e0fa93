package dev.kintsugi.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;

/** The list of verbs in a usage message, each with what its description begins with. */
final class VerbList {
  private static final int INDENT = 2;
  private static final Pattern END = Pattern.compile("[.:;](\\s|$)");

  private VerbList() {}

  static String render(Help help) {
    if (help.subcommands().isEmpty()) {
      return "";
    }
    int names = help.subcommands().keySet().stream().mapToInt(String::length).max().orElse(0);
    int width = names + INDENT + 2;
    Help.TextTable table =
        Help.TextTable.forColumns(
            help.colorScheme(),
            new Column(width, INDENT, Overflow.SPAN),
            new Column(help.commandSpec().usageMessage().width() - width, INDENT, Overflow.WRAP));
    help.subcommands()
        .forEach(
            (name, verb) ->
                table.addRowValues(name, gist(verb.commandSpec().usageMessage().description())));
    return table.toString();
  }

  /** Returns the first sentence, or what stands before its first colon or semicolon. */
  private static String gist(String[] description) {
    String text = String.join(" ", List.of(description)).replace("%n", " ");
    Matcher end = END.matcher(text);
    return end.find() ? text.substring(0, end.start()) + "." : text;
  }
}
