package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.store.VaultProvider;
import dev.kintsugi.fs.MountException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Starts the command line. */
public final class Main {
  /** Kept, for a logger that nobody holds forgets its level. */
  private static final Logger ERASURE_LOG = Logger.getLogger("dev.kintsugi.erasure");

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    // Which kernels are missing is no concern of most verbs; 'code kernels' tells.
    ERASURE_LOG.setLevel(Level.WARNING);
    Interruption interruption = Interruption.ofProcess();
    Console console =
        new Console(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Boolean.getBoolean("kintsugi.terminal"),
            Integer.getInteger("kintsugi.columns", 80));
    // What the layers below log goes past the progress bar.
    System.setErr(new PrintStream(console.complaints(), true, StandardCharsets.UTF_8));
    int code = run(rawWords(arguments), new PublicVaults(), console, interruption, System.getenv());
    interruption.finished();
    if (!interruption.requested()) {
      System.exit(code);
    }
    // A signal is ending the virtual machine; it chooses the code: 128 and the signal's number.
  }

  /** Runs one command and returns its exit code. */
  static int run(
      String[] words,
      VaultProvider vaults,
      Console console,
      Interruption interruption,
      Map<String, String> environment) {
    console.configure(Arrays.asList(words).contains("--json"), false, false);
    Kintsugi root = new Kintsugi(console, vaults, interruption, environment);
    CommandLine commandLine = commandLine(root);
    commandLine.setParameterExceptionHandler((e, args) -> usage(console, e));
    commandLine.setExecutionExceptionHandler((e, line, parsed) -> failure(console, e));
    PrintWriter out = new PrintWriter(console.results(), false, StandardCharsets.UTF_8);
    commandLine.setOut(out);
    int code = commandLine.execute(words);
    out.flush();
    console.flush();
    IOException broken = console.failure();
    if (broken != null && code == 0) {
      console.complain("kintsugi: cannot write standard output: " + broken.getMessage());
      return ExitCode.INTERNAL.number();
    }
    return code;
  }

  /** Returns the parser of the command line. */
  static CommandLine commandLine(Kintsugi root) {
    CommandLine line = new CommandLine(root);
    // A file named @x is a file, and quotes are part of names.
    line.setExpandAtFiles(false);
    line.setTrimQuotes(false);
    line.setUsageHelpWidth(100);
    line.setUsageHelpLongOptionsMaxWidth(30);
    Map<String, CommandLine.IHelpSectionRenderer> sections = line.getHelpSectionMap();
    sections.put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, VerbList::render);
    line.setHelpSectionMap(sections);
    line.getCommandSpec().version(VersionVerb.text());
    return line;
  }

  private static int usage(Console console, ParameterException e) {
    String verb = e.getCommandLine().getCommandSpec().qualifiedName();
    error(console, printable(complaint(e)), ExitCode.USAGE);
    console.complain("Try '" + verb + " --help'.");
    return ExitCode.USAGE.number();
  }

  private static String complaint(ParameterException e) {
    CommandLine at = e.getCommandLine();
    boolean hasVerbs = !at.getSubcommands().isEmpty();
    if (e instanceof UnmatchedArgumentException unmatched && hasVerbs) {
      List<String> words = unmatched.getUnmatched();
      if (!words.isEmpty() && !words.get(0).startsWith("-")) {
        List<String> alike = unmatched.getSuggestions();
        return "'"
            + at.getCommandSpec().qualifiedName()
            + "' has no verb '"
            + words.get(0)
            + "'"
            + (alike.isEmpty() ? "" : "; did you mean " + String.join(" or ", alike) + "?");
      }
    } else if (e.getClass() == ParameterException.class && hasVerbs) {
      return "which verb? Give one of " + String.join(", ", at.getSubcommands().keySet());
    }
    return String.valueOf(e.getMessage());
  }

  private static int failure(Console console, Exception e) {
    ExitCode code = ExitCode.of(e);
    Throwable said =
        e instanceof UncheckedIOException && e.getCause() instanceof IOException io ? io : e;
    String message = said.getMessage();
    if (message == null || message.isEmpty()) {
      message = said.getClass().getSimpleName();
    } else if (code == ExitCode.INTERNAL && !foreseen(said)) {
      message = said.getClass().getSimpleName() + ": " + message;
    }
    error(console, printable(message), code);
    if (console.verbose()) {
      java.io.StringWriter trace = new java.io.StringWriter();
      e.printStackTrace(new java.io.PrintWriter(trace));
      console.complain(trace.toString());
    } else if (code == ExitCode.INTERNAL && !foreseen(said)) {
      console.complain("Run again with -v to see where.");
    }
    return code.number();
  }

  /** Returns whether an error was made to be read, not to be searched for. */
  private static boolean foreseen(Throwable e) {
    // What the system says of a disk, such as that it is full; a subclass may name no more than a
    // file.
    return e instanceof KintsugiException
        || e instanceof MountException
        || e.getClass() == IOException.class;
  }

  private static void error(Console console, String message, ExitCode code) {
    console.event(Json.event("error").with("message", message).with("exit", code.number()));
    console.complain("kintsugi: " + message);
  }

  /** Makes escaped bytes of words printable. */
  private static String printable(String message) {
    StringBuilder text = new StringBuilder();
    message
        .codePoints()
        .forEach(
            c -> {
              if (c >= 0xDC80 && c <= 0xDCFF) {
                text.append(String.format("\\x%02x", c - 0xDC00));
              } else if (Character.isISOControl(c) && c != '\n') {
                text.append(String.format("\\x%02x", c));
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.toString();
  }

  /**
   * Returns the words of the command line with all their bytes. Java replaces what is not text in
   * the locale's encoding; Linux still tells the bytes.
   */
  private static String[] rawWords(String[] arguments) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    } catch (IOException e) {
      // Not Linux: Java's words are all there is.
      return arguments;
    }
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        all.add(RawText.decode(Arrays.copyOfRange(bytes, start, i)));
        start = i + 1;
      }
    }
    if (all.size() <= arguments.length) {
      return arguments;
    }
    List<String> last = all.subList(all.size() - arguments.length, all.size());
    for (int i = 0; i < arguments.length; i++) {
      // Anything but a change of encoding means that these are other words.
      if (arguments[i].indexOf('\uFFFD') < 0 && !arguments[i].equals(last.get(i))) {
        return arguments;
      }
    }
    return last.toArray(new String[0]);
  }
}
