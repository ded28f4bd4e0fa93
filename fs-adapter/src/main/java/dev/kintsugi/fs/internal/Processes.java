package dev.kintsugi.fs.internal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code /proc} tells of processes. Links are read but never followed into a mount. */
final class Processes {
  private static final Path PROC = Path.of("/proc");
  private static final int MOST_NAMED = 8;

  private Processes() {}

  /** Returns whether a process runs. */
  static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** Returns how many connections to FUSE a process has open; 0 also where that may not be seen. */
  static int openDevices(long pid) {
    int count = 0;
    for (Path link : children(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
      if (target(link).map("/dev/fuse"::equals).orElse(false)) {
        count++;
      }
    }
    return count;
  }

  /** Names some of the processes that use files below a directory, as far as may be seen. */
  static List<String> using(Path directory) {
    List<String> users = new ArrayList<>();
    for (Path process : children(PROC)) {
      if (process.getFileName().toString().matches("[0-9]+") && uses(process, directory)) {
        users.add(process.getFileName() + command(process));
        if (users.size() == MOST_NAMED) {
          break;
        }
      }
    }
    return users;
  }

  private static boolean uses(Path process, Path directory) {
    List<Path> links = new ArrayList<>(children(process.resolve("fd")));
    links.add(process.resolve("cwd"));
    links.add(process.resolve("root"));
    links.add(process.resolve("exe"));
    String point = directory.toString();
    return links.stream()
        .map(Processes::target)
        .flatMap(Optional::stream)
        .anyMatch(target -> target.equals(point) || target.startsWith(point + "/"));
  }

  private static String command(Path process) {
    try {
      return " (" + Files.readString(process.resolve("comm")).strip() + ")";
    } catch (IOException e) {
      return ""; // it ended meanwhile
    }
  }

  private static List<Path> children(Path directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(); // another user's process, or one that ended meanwhile
    }
    return children;
  }

  private static Optional<String> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
