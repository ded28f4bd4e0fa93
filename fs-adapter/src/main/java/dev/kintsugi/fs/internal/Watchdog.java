package dev.kintsugi.fs.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small process that takes a mount away when the process that serves it dies without doing so,
 * even by {@code kill -9}: the end of the pipe between the two tells it. It runs in a session of
 * its own, so that what kills a terminal's or a process group's processes passes it by, and it
 * touches no mount but the one it was started for.
 */
public final class Watchdog {
  private static final Logger log = LoggerFactory.getLogger("dev.kintsugi.fs");

  /** Arguments: the start of the mount's line in {@code /proc/self/mounts}, the mount point. */
  private static final String SCRIPT =
      "trap '' HUP INT TERM; cd /; read -r word; [ \"$word\" = done ] && exit 0;"
          + " grep -qF -- \"$1\" /proc/self/mounts || exit 0;"
          + " fusermount -u -z -- \"$2\" || fusermount3 -u -z -- \"$2\" || umount -l -- \"$2\"";

  private final Process process;

  private Watchdog(Process process) {
    this.process = process;
  }

  /**
   * Starts to watch.
   *
   * @param entry a mount of this process
   */
  public static Watchdog start(MountTable.Entry entry, Path place) throws IOException {
    String line =
        entry.source()
            + " "
            + NativePaths.text(entry.escapedPoint().getBytes(StandardCharsets.ISO_8859_1))
            + " "
            + entry.type()
            + " ";
    List<String> shell = List.of("sh", "-c", SCRIPT, "kintsugi-watchdog", line, place.toString());
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(shell);
    try {
      return new Watchdog(launch(detached));
    } catch (IOException e) {
      log.debug("setsid is missing, the watchdog stays in this session", e);
      return new Watchdog(launch(shell));
    }
  }

  /** Ends the watch: the mount is gone. */
  public void dismiss() {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      log.debug("the watchdog had ended", e);
    }
  }

  /** Returns the watchdog's process. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  private static Process launch(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
