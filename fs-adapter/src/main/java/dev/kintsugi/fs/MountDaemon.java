package dev.kintsugi.fs;

import dev.kintsugi.fs.internal.MountTable;
import dev.kintsugi.fs.internal.Unmounter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a mount in a process of its own that stays when this one ends.
 *
 * <p>{@link #start} runs the same program again, with the same virtual machine, flags and class
 * path, in a new session, and waits until that process calls {@link #ready} or ends. Secrets reach
 * it through its standard input.
 */
public final class MountDaemon {
  private static final String MARK = "kintsugi.mount.daemon";
  private static final String READY = "kintsugi-mount-ready";
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final int MOST_MESSAGE_BYTES = 64 * 1024;

  private MountDaemon() {}

  /**
   * What is to be run.
   *
   * @param mainClass of the program
   * @param arguments of the program; they are visible to every user of the machine
   * @param directory where the process will mount
   * @param log receives what the process writes to standard error; is appended to, and made for its
   *     owner alone if it does not exist
   * @param patience how long the process may take until it is ready
   */
  public record Launch(
      String mainClass, List<String> arguments, Path directory, Path log, Duration patience) {
    /** Copies the arguments. */
    public Launch {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * What came of it.
   *
   * @param mounted whether the mount is usable; this process may end
   * @param pid of the process that was started
   * @param exitCode of the process if it ended, 0 if it serves the mount, 1 if it was given up
   * @param message what the process wrote to standard error before it ended, or why it was given
   *     up; empty if it serves the mount
   */
  public record Outcome(boolean mounted, long pid, int exitCode, String message) {}

  /**
   * Starts the process and returns when the mount is usable, or will never be. A process that is
   * given up is ended, and its mount taken away; so is one that is not ready when this process
   * ends.
   *
   * @param input is written to the process's standard input, such as a passphrase and a line feed;
   *     neither changed nor kept, the caller wipes it
   * @throws MountException with the reason {@code FAILED} if no process could be started
   */
  public static Outcome start(Launch launch, byte[] input) {
    try {
      createPrivate(launch.log());
      long logStart = Files.size(launch.log());
      Process process = launch(launch);
      Thread hook = new Thread(process::destroy, "kintsugi-daemon-abandoned");
      Runtime.getRuntime().addShutdownHook(hook);
      CompletableFuture<Boolean> ready = new CompletableFuture<>();
      Thread reader = new Thread(() -> awaitReady(process, ready), "kintsugi-daemon-output");
      reader.setDaemon(true);
      reader.start();
      try {
        send(process, input);
        return outcome(launch, process, ready, logStart);
      } finally {
        forget(hook);
      }
    } catch (IOException e) {
      throw new MountException(
          MountException.Reason.FAILED, "starting a process for the mount failed: " + e, e);
    }
  }

  private static void send(Process process, byte[] input) {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(input);
    } catch (IOException e) {
      // it ended without reading; its exit code and message tell why
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // this process is ending, and the hook does its work
    }
  }

  private static Outcome outcome(
      Launch launch, Process process, CompletableFuture<Boolean> ready, long logStart)
      throws IOException {
    try {
      if (ready.get(launch.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        Path place = Unmounter.place(launch.directory());
        if (MountTable.at(place).filter(MountTable.Entry::isKintsugi).isPresent()
            && Files.isDirectory(place)) {
          return new Outcome(true, process.pid(), 0, "");
        }
        return givenUp(process, "the mount at " + place + " vanished at once");
      }
      int exitCode = process.waitFor();
      String message = tail(launch.log(), logStart);
      return new Outcome(
          false,
          process.pid(),
          exitCode == 0 ? 1 : exitCode,
          message.isEmpty() ? "the process ended with exit code " + exitCode : message);
    } catch (TimeoutException e) {
      return givenUp(
          process,
          "the mount at "
              + launch.directory()
              + " was not ready within "
              + launch.patience().toSeconds()
              + " s\n"
              + tail(launch.log(), logStart));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return givenUp(process, "interrupted while waiting for the mount");
    } catch (ExecutionException e) {
      return givenUp(process, "reading the process's output failed: " + e.getCause());
    }
  }

  /**
   * Tells the process that started this one that the mount is usable, and lets go of standard input
   * and output. Without effect in a process that was not started by {@link #start}.
   *
   * @throws MountException with the reason {@code FAILED} if the process that started this one has
   *     ended meanwhile: nobody would know of the mount
   */
  public static void ready() {
    if (!isDaemon()) {
      return;
    }
    System.out.println(READY);
    if (System.out.checkError()) {
      throw new MountException(
          MountException.Reason.FAILED, "the process that asked for the mount has ended");
    }
    // the descriptors 0 and 1 stay taken: the platform points them at /dev/null
    System.out.close();
    try {
      System.in.close();
    } catch (IOException e) {
      // nothing is read from it any more
    }
  }

  /** Returns whether this process was started by {@link #start}. */
  public static boolean isDaemon() {
    return Boolean.getBoolean(MARK);
  }

  private static Process launch(Launch launch) throws IOException {
    List<String> command = new ArrayList<>(command(launch));
    command.add(0, "setsid");
    try {
      return builder(launch, command).start();
    } catch (IOException e) {
      return builder(launch, command.subList(1, command.size())).start(); // no setsid here
    }
  }

  private static ProcessBuilder builder(Launch launch, List<String> command) {
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
  }

  private static List<String> command(Launch launch) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // a debugger's port is taken by this process
      if (!flag.startsWith("-agentlib:jdwp")
          && !flag.startsWith("-Xrunjdwp")
          && !flag.startsWith("-D" + MARK)) {
        command.add(flag);
      }
    }
    if (!command.contains(NATIVE_ACCESS)) {
      command.add(NATIVE_ACCESS);
    }
    command.add("-D" + MARK + "=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(launch.mainClass());
    command.addAll(launch.arguments());
    return command;
  }

  private static void awaitReady(Process process, CompletableFuture<Boolean> ready) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.equals(READY)) {
        line = lines.readLine();
      }
      ready.complete(line != null);
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private static Outcome givenUp(Process process, String why) {
    process.destroy(); // its shutdown hook unmounts
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly(); // its watchdog unmounts
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    return new Outcome(false, process.pid(), 1, why.strip());
  }

  private static void createPrivate(Path log) throws IOException {
    try {
      Files.createFile(
          log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // appended to
    }
  }

  private static String tail(Path log, long start) throws IOException {
    try (FileChannel channel = FileChannel.open(log)) {
      long size = channel.size();
      long from = Math.max(start, size - MOST_MESSAGE_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Math.max(0, size - from)));
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
        // until full or at the end
      }
      return new String(Arrays.copyOf(bytes.array(), bytes.position()), StandardCharsets.UTF_8)
          .strip();
    }
  }
}
