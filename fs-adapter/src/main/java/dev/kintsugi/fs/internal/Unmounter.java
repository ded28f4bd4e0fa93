package dev.kintsugi.fs.internal;

import dev.kintsugi.fs.MountException;
import dev.kintsugi.fs.MountException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Takes mounts away, with the helper program that also users other than root may call. */
public final class Unmounter {
  private static final long BUSY_MILLIS = 3_000;
  private static final long SERVER_MILLIS = 10_000;
  private static final long HELPER_MILLIS = 20_000;
  private static final long PAUSE_MILLIS = 50;

  private Unmounter() {}

  /**
   * Returns a directory's place as the mount table names it, without looking into the directory: a
   * dead mount answers nothing.
   *
   * @throws MountException if the directory above cannot be read
   */
  public static Path place(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute;
    }
    try {
      Path place = parent.toRealPath().resolve(name);
      return Files.isSymbolicLink(place) ? place.toRealPath() : place;
    } catch (IOException e) {
      throw new MountException(
          Reason.BAD_DIRECTORY, "the directory " + absolute + " cannot be found: " + e, e);
    }
  }

  /** See {@link dev.kintsugi.fs.Mount#unmount(Path, boolean)}. */
  public static void unmount(Path directory, boolean lazy) {
    Path place = place(directory);
    MountTable.Entry entry =
        MountTable.at(place)
            .orElseThrow(
                () -> new MountException(Reason.NOT_MOUNTED, "nothing is mounted at " + directory));
    if (!entry.isKintsugi()) {
      throw new MountException(
          Reason.NOT_MOUNTED, directory + " is no Kintsugi mount but one of type " + entry.type());
    }
    long pid = entry.pid();
    int devices = Processes.openDevices(pid);
    boolean dead = !Processes.alive(pid);
    String said = detach(entry, place, lazy || dead, BUSY_MILLIS);
    if (isMounted(entry, place)) {
      List<String> users = Processes.using(place);
      throw new MountException(
          Reason.BUSY,
          directory
              + " is still in use"
              + (users.isEmpty() ? "" : " by process " + String.join(", ", users))
              + ", nothing was changed ("
              + said
              + "); end what uses it, or unmount it lazily");
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lazy ? 0 : SERVER_MILLIS);
    while (devices > 0 && Processes.openDevices(pid) >= devices && System.nanoTime() < deadline) {
      pause();
    }
  }

  /**
   * Takes a mount out of its place.
   *
   * @param lazy at once, even if it is in use: programs that use it go on using it unseen
   * @param patienceMillis how long to try again while it is in use
   * @return what the helper program said last
   */
  static String detach(MountTable.Entry entry, Path place, boolean lazy, long patienceMillis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    while (true) {
      String said = callHelper(place, lazy);
      if (!isMounted(entry, place) || System.nanoTime() >= deadline) {
        return said;
      }
      pause();
    }
  }

  /** Returns whether a mount is still in its place. */
  static boolean isMounted(MountTable.Entry entry, Path place) {
    Optional<MountTable.Entry> now = MountTable.at(place);
    return now.isPresent() && now.get().equals(entry);
  }

  private static String callHelper(Path place, boolean lazy) {
    String point = place.toString();
    List<List<String>> helpers =
        lazy
            ? List.of(
                List.of("fusermount", "-u", "-z", "--", point),
                List.of("fusermount3", "-u", "-z", "--", point),
                List.of("umount", "-l", "--", point))
            : List.of(
                List.of("fusermount", "-u", "--", point),
                List.of("fusermount3", "-u", "--", point),
                List.of("umount", "--", point));
    for (List<String> helper : helpers) {
      try {
        return run(helper);
      } catch (IOException e) {
        // this one is not installed: try the next
      }
    }
    throw new MountException(
        Reason.MISSING,
        "neither fusermount nor umount was found: install the Debian package fuse or fuse3");
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(HELPER_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return command.get(0) + " did not end";
      }
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return said.isEmpty() ? command.get(0) + " ended with " + process.exitValue() : said;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return command.get(0) + " was interrupted";
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MountException(Reason.FAILED, "interrupted while unmounting", e);
    }
  }
}
