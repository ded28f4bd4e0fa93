package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountDaemonTest {
  private static final byte[] PASSPHRASE = "open sesame\n".getBytes(UTF_8);
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path temp;
  private Path mnt;
  private Path log;
  private long pid = -1;

  @BeforeEach
  void makeDirectory() throws IOException {
    Machine.assumeFuse();
    mnt = Files.createDirectory(temp.resolve("mnt"));
    log = temp.resolve("log");
  }

  @AfterEach
  void endDaemon() {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    Machine.unmountBelow(temp);
  }

  private MountDaemon.Outcome start(String what, byte[] input, Duration patience) {
    MountDaemon.Outcome outcome =
        MountDaemon.start(
            new MountDaemon.Launch(
                MountingProgram.class.getName(), List.of(what, mnt.toString()), mnt, log, patience),
            input);
    pid = outcome.pid();
    return outcome;
  }

  @Test
  void theMountIsUsableAndServedByAnotherProcessInASessionOfItsOwn() throws IOException {
    MountDaemon.Outcome outcome = start("stay", PASSPHRASE, Duration.ofSeconds(60));
    assertEquals("", outcome.message());
    assertTrue(outcome.mounted());
    assertEquals("hello\n", Shell.sh("cat \"$1/hello\"", mnt).expect(0).text());
    assertEquals(pid + "\n", Shell.sh("ps -o sid= -p $1 | tr -d ' '", pid).expect(0).text());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
    assertEquals(
        "/dev/null\n/dev/null\n",
        Shell.sh("readlink /proc/$1/fd/0 /proc/$1/fd/1", pid).expect(0).text());
    Mount.unmount(mnt);
    assertTrue(Machine.await(SOON, () -> !alive()));
  }

  @Test
  void aRefusalComesBackWithItsExitCodeAndItsWordsAlone() throws IOException {
    Files.writeString(log, "an older message\n");
    MountDaemon.Outcome outcome = start("stay", "guess\n".getBytes(UTF_8), Duration.ofSeconds(60));
    assertFalse(outcome.mounted());
    assertEquals(5, outcome.exitCode());
    assertEquals("wrong passphrase", outcome.message());
    assertTrue(Files.readString(log).startsWith("an older message\n"));
  }

  @Test
  void aFailureToMountComesBack() throws IOException {
    Files.createFile(mnt.resolve("something"));
    MountDaemon.Outcome outcome = start("stay", PASSPHRASE, Duration.ofSeconds(60));
    assertFalse(outcome.mounted());
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.message().contains("is not empty"), outcome.message());
  }

  @Test
  void aProcessThatHangsIsGivenUpAndEnded() {
    MountDaemon.Outcome outcome = start("hang", PASSPHRASE, Duration.ofSeconds(2));
    assertFalse(outcome.mounted());
    assertTrue(outcome.message().contains("not ready within 2 s"), outcome.message());
    assertTrue(Machine.await(SOON, () -> !alive()));
  }

  @Test
  void aProcessThatHangsAfterMountingLeavesNoMount() {
    MountDaemon.Outcome outcome = start("hang-mounted", PASSPHRASE, Duration.ofSeconds(5));
    assertFalse(outcome.mounted());
    assertTrue(Machine.await(SOON, () -> !alive()));
    assertTrue(Machine.await(SOON, () -> Machine.mountsBelow(temp).isEmpty()));
  }

  @Test
  void aProcessThatEndsWhileItWaitsTakesTheUnreadyMountAlong() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MountingProgram.class.getName(),
                "start-a-hanging-one",
                mnt.toString())
            .redirectErrorStream(true)
            .start();
    try {
      parent.getOutputStream().write(PASSPHRASE);
      parent.getOutputStream().flush();
      assertTrue(Machine.await(SOON, () -> !Machine.mountsBelow(temp).isEmpty()));
      pid = Machine.mountsBelow(temp).get(0).pid();
      parent.destroy();
      assertTrue(parent.waitFor(20, TimeUnit.SECONDS));
      assertTrue(Machine.await(SOON, () -> !alive()));
      assertTrue(Machine.await(SOON, () -> Machine.mountsBelow(temp).isEmpty()));
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void readyDoesNothingInAnOrdinaryProcess() {
    assertFalse(MountDaemon.isDaemon());
    MountDaemon.ready();
    assertFalse(System.out.checkError());
  }

  private boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
