package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.ErasureException;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.UndecodableException;
import dev.kintsugi.erasure.stream.DigestMismatchException;
import dev.kintsugi.erasure.stream.ShardFinding;
import dev.kintsugi.erasure.stream.ShardFormatException;
import dev.kintsugi.erasure.stream.UnsupportedShardVersionException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the verbs here have in common: where errors become messages and exit codes. */
abstract class CodeCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int INTERNAL = 1;
  static final int USAGE = 2;
  static final int PARTLY = 3;
  static final int UNRECOVERABLE = 4;
  static final int TAMPERED = 7;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the verb is called
  CommandSpec spec;

  /** Words that cannot be carried out. */
  static final class WordsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WordsException(String message) {
      super(message);
    }
  }

  /** Does what the verb says; returns the exit code. */
  abstract int run() throws IOException;

  @Override
  public final Integer call() throws Exception {
    try {
      checkKernel();
      return run();
    } catch (WordsException e) {
      return failed(message(e), USAGE);
    } catch (UndecodableException e) {
      return failed(message(e), UNRECOVERABLE);
    } catch (DigestMismatchException e) {
      return failed(message(e), TAMPERED);
    } catch (UnsupportedShardVersionException e) {
      return failed(message(e), INTERNAL);
    } catch (ShardFormatException e) {
      return failed(message(e), UNRECOVERABLE);
    } catch (ErasureException e) {
      return failed(message(e), INTERNAL);
    } catch (NoSuchFileException e) {
      return failed(e.getFile() + ": there is no such file or directory", USAGE);
    } catch (NotDirectoryException e) {
      return failed(e.getFile() + ": is not a directory", USAGE);
    } catch (FileAlreadyExistsException e) {
      String reason = e.getReason();
      return failed(e.getFile() + ": " + (reason == null ? "is there already" : reason), USAGE);
    } catch (AccessDeniedException e) {
      return failed(e.getFile() + ": permission denied", INTERNAL);
    } catch (FileSystemException e) {
      return failed(e.getFile() + ": " + e.getReason(), INTERNAL);
    } catch (IOException e) {
      return failed(message(e), INTERNAL);
    }
  }

  /** Refuses a wrong name of a kernel, which would look like a wrong code, or damaged shards. */
  private static void checkKernel() {
    String chosen = System.getProperty(GaloisKernels.PROPERTY);
    if (chosen != null) {
      try {
        GaloisKernels.named(chosen);
      } catch (IllegalArgumentException e) {
        throw new WordsException(GaloisKernels.PROPERTY + ": " + e.getMessage());
      }
    }
  }

  final Console console() {
    return host().configuredConsole();
  }

  /** Counts bytes, and stops the work between two of its steps if that is asked for. */
  final LongConsumer progress(Meter meter) {
    return bytes -> {
      host().checkInterruption();
      meter.add(bytes);
    };
  }

  final CodeHost host() {
    return (CodeHost) spec.root().userObject();
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private int failed(String message, int code) {
    console().event(Json.event("error").with("message", message).with("exit", code));
    console().complain("kintsugi: " + message);
    return code;
  }

  /** Returns the code of the words {@code --scheme} and {@code --construction}. */
  static ErasureCode code(String scheme, String construction) {
    try {
      boolean named = construction.isEmpty() || construction.equals("vandermonde");
      if (!construction.isEmpty() && !scheme.startsWith("rs:")) {
        throw new WordsException(
            "--construction (%s) goes with rs codes, not with %s".formatted(construction, scheme));
      }
      if (!construction.isEmpty() && scheme.indexOf(':') != scheme.lastIndexOf(':')) {
        throw new WordsException(
            "--construction (%s) goes with a scheme that names none, not with %s"
                .formatted(construction, scheme));
      }
      return ErasureCodes.parse(named ? scheme : scheme + ":" + construction);
    } catch (IllegalArgumentException e) {
      throw new WordsException("--scheme: " + e.getMessage());
    }
  }

  /** Returns the indices in a list such as {@code 3,7}. */
  static BitSet indices(String option, String list, int total) {
    BitSet indices = new BitSet();
    for (String word : list.split(",", -1)) {
      int index;
      try {
        index = Integer.parseInt(word);
      } catch (NumberFormatException e) {
        index = -1;
      }
      if (index < 0 || index >= total) {
        throw new WordsException(
            "%s (%s) must be shards in 0..%d, such as 3,7".formatted(option, list, total - 1));
      }
      indices.set(index);
    }
    return indices;
  }

  static List<Integer> list(BitSet indices) {
    return indices.stream().boxed().toList();
  }

  static Path existingDirectory(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      throw new NoSuchFileException(directory.toString());
    }
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory;
  }

  static Path existingFile(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (Files.isDirectory(file)) {
      throw new WordsException(file + ": is a directory, not a file");
    }
    return file;
  }

  /** Refuses to write to a file that is read, under whatever name. */
  static void refuseToReplace(Path input, Path target) throws IOException {
    if (Files.exists(target) && Files.isSameFile(existingFile(input), target)) {
      throw new WordsException(
          "%s would be replaced by what is made of it"
              .formatted(
                  input.equals(target)
                      ? LocalPaths.display(input)
                      : LocalPaths.display(input)
                          + ", which is "
                          + LocalPaths.display(target)
                          + ","));
    }
  }

  /** Names everything that was found to be wrong. */
  final void tell(List<ShardFinding> findings) {
    for (ShardFinding finding : findings) {
      String file = finding.file().map(path -> String.valueOf(path.getFileName())).orElse("");
      console()
          .event(
              Json.event("finding")
                  .with("shard", finding.index() < 0 ? null : finding.index())
                  .with("file", file.isEmpty() ? null : file)
                  .with("problem", finding.problem().name())
                  .with("detail", finding.detail()));
      List<String> words = new ArrayList<>();
      words.add(finding.problem().name().toLowerCase(Locale.ROOT));
      words.add(finding.index() < 0 ? "shard" : "shard " + finding.index());
      if (!file.isEmpty()) {
        words.add("(" + file + ")");
      }
      console().note("kintsugi: " + String.join(" ", words) + ": " + finding.detail());
    }
  }
}
