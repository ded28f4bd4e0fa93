package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.fs.MountException.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How mounts begin and end. */
final class MountLifecycleTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path temp;
  private final FakeVault vault = new FakeVault();
  private final List<Process> started = new ArrayList<>();
  private Path mnt;

  @BeforeEach
  void makeDirectory() throws IOException {
    Machine.assumeFuse();
    mnt = Files.createDirectory(temp.resolve("mnt"));
    vault.file("/hello", "hello\n".getBytes(UTF_8));
  }

  @AfterEach
  void endProcesses() {
    started.forEach(Process::destroyForcibly);
    Machine.unmountBelow(temp);
  }

  @Test
  void theMountIsUsableWhenMountReturnsAndGoneWhenCloseReturns() throws Exception {
    try (Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly())) {
      assertEquals(mnt.toRealPath(), mount.directory());
      assertEquals("hello\n", Shell.sh("cat \"$1/hello\"", mnt).expect(0).text());
    }
    assertEquals(List.of(), Machine.mountsBelow(temp));
    assertEquals("", Shell.sh("ls -A \"$1\"", mnt).expect(0).text());
  }

  @Test
  void aDirectoryCanBeMountedAgainAndAgain() {
    for (int i = 0; i < 5; i++) {
      Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly());
      Shell.sh("cat \"$1/hello\"", mnt).expect(0);
      mount.close();
      mount.close();
    }
  }

  @Test
  void twoMountsOfOneProcessLiveAndEndIndependently() throws IOException {
    Path other = Files.createDirectory(temp.resolve("other \\\\ mount\\twith spaces"));
    try (Mount first = Mount.mount(vault, mnt, MountOptions.readOnly())) {
      Mount second = Mount.mount(vault, other, MountOptions.readOnly());
      Shell.sh("cat \"$1/hello\" \"$2/hello\"", mnt, other).expect(0);
      Mount.unmount(other);
      second.close();
      Shell.sh("cat \"$1/hello\"", mnt).expect(0);
      assertEquals(1, Machine.mountsBelow(temp).size());
      assertEquals(mnt.toRealPath(), first.directory());
    }
  }

  @Test
  void unmountingFromOutsideEndsTheMount() throws Exception {
    Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly());
    Shell.sh("umount \"$1\"", mnt).expect(0);
    mount.awaitUnmount();
    assertEquals(0, vault.openReaders());
    mount.close();
  }

  @Test
  void closingUnderAProgramEndsTheMountAndTheProgramsReadsFail() throws Exception {
    vault.file("/long", new byte[8 << 20]);
    Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly());
    Process holder = holder("exec 3< \"$1/long\"; echo ready; read x; head -c 9000000 <&3 | wc -c");
    assertEquals(1, vault.openReaders());
    mount.close();
    assertEquals(0, vault.openReaders());
    assertEquals(List.of(), Machine.mountsBelow(temp));
    holder.getOutputStream().write('\n');
    holder.getOutputStream().close();
    String said = new String(holder.getInputStream().readAllBytes(), UTF_8);
    assertTrue(said.contains("Input/output error"), said);
  }

  @Test
  void unmountingABusyMountIsRefusedNamesTheProgramAndChangesNothing() throws Exception {
    try (Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly())) {
      Process holder = holder("cd \"$1\"; echo ready; read x");
      MountException busy = assertThrows(MountException.class, () -> Mount.unmount(mnt));
      assertEquals(Reason.BUSY, busy.reason());
      assertTrue(busy.toString().contains(Long.toString(holder.pid())), busy.toString());
      Shell.sh("cat \"$1/hello\"", mnt).expect(0);
      Mount.unmount(mnt, true);
      assertEquals(List.of(), Machine.mountsBelow(temp));
      holder.destroyForcibly().waitFor();
      mount.awaitUnmount();
    }
  }

  @Test
  void unmountWaitsForAProgramThatIsAboutToEnd() throws Exception {
    try (Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly())) {
      holder("cd \"$1\"; echo ready; sleep 1");
      Mount.unmount(mnt);
      mount.awaitUnmount();
    }
  }

  @Test
  void whatIsNoKintsugiMountIsNotUnmounted() {
    MountException none = assertThrows(MountException.class, () -> Mount.unmount(mnt));
    assertEquals(Reason.NOT_MOUNTED, none.reason());
    MountException foreign =
        assertThrows(MountException.class, () -> Mount.unmount(Path.of("/proc")));
    assertEquals(Reason.NOT_MOUNTED, foreign.reason());
    assertTrue(foreign.toString().contains("type proc"), foreign.toString());
    MountException missing =
        assertThrows(MountException.class, () -> Mount.unmount(temp.resolve("no/where")));
    assertEquals(Reason.BAD_DIRECTORY, missing.reason());
  }

  @Test
  void unusableDirectoriesAreRefused() throws IOException {
    assertRefused(temp.resolve("missing"), "does not exist");
    assertRefused(Files.createFile(temp.resolve("file")), "is no directory");
    Path full = Files.createDirectory(temp.resolve("full"));
    Files.createFile(full.resolve("something"));
    assertRefused(full, "is not empty");
    try (Mount mount = Mount.mount(vault, mnt, MountOptions.readOnly())) {
      assertRefused(mnt, "mounted at " + mount.directory() + " already");
    }
  }

  private void assertRefused(Path directory, String why) {
    MountException refused =
        assertThrows(
            MountException.class, () -> Mount.mount(vault, directory, MountOptions.readOnly()));
    assertEquals(Reason.BAD_DIRECTORY, refused.reason());
    assertTrue(refused.toString().contains(why), refused.toString());
  }

  @Test
  void aMountThroughASymbolicLinkIsFoundAgain() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("link"), mnt);
    try (Mount mount = Mount.mount(vault, link, MountOptions.readOnly())) {
      assertEquals(mnt.toRealPath(), mount.directory());
      Mount.unmount(link);
    }
  }

  @Test
  void aProcessThatExitsTakesItsMountAlong() throws Exception {
    assertEquals(0, program("exit").waitFor());
    assertEquals(List.of(), Machine.mountsBelow(temp));
  }

  @Test
  void aProcessThatIsToldToEndTakesItsMountAlongEvenIfItIsInUse() throws Exception {
    Process program = program("stay");
    holder("cd \"$1\"; echo ready; read x");
    program.destroy();
    assertTrue(program.waitFor(20, TimeUnit.SECONDS));
    assertEquals(List.of(), Machine.mountsBelow(temp));
  }

  @Test
  void theWatchdogTakesAwayTheMountOfAProcessKilledOutright() throws Exception {
    Process program = program("stay");
    holder("cd \"$1\"; echo ready; read x");
    program.destroyForcibly().waitFor();
    assertTrue(Machine.await(SOON, () -> Machine.mountsBelow(temp).isEmpty()));
    assertTrue(Machine.await(SOON, () -> watchdogs(program.pid()).isEmpty()));
    Shell.sh("ls -A \"$1\"", mnt).expect(0);
  }

  @Test
  void withoutItsWatchdogTheMountStaysBehindDeadUntilItIsUnmounted() throws Exception {
    Process program = program("stay");
    List<ProcessHandle> watchdogs = watchdogs(program.pid());
    assertEquals(1, watchdogs.size());
    watchdogs.forEach(ProcessHandle::destroyForcibly);
    Process holder = holder("cd \"$1\"; echo ready; read x");
    program.destroyForcibly().waitFor();
    assertFalse(
        Machine.await(Duration.ofSeconds(1), () -> Machine.mountsBelow(temp).isEmpty()),
        "the negative control: something else takes mounts away");
    Shell.sh("ls \"$1\"", mnt).expectError("Transport endpoint is not connected");
    assertRefused(mnt, "has died");
    Mount.unmount(mnt); // although it is in use
    assertEquals(List.of(), Machine.mountsBelow(temp));
    assertTrue(holder.isAlive());
  }

  @Test
  void aWatchdogOutlivesItsProcessGroup() throws Exception {
    Process program = program("stay");
    List<ProcessHandle> watchdogs = watchdogs(program.pid());
    for (ProcessHandle watchdog : watchdogs) {
      Shell.sh("kill -INT $1; kill -TERM $1; kill -HUP $1", watchdog.pid()).expect(0);
    }
    Shell.sh("sleep 0.2");
    assertEquals(1, watchdogs.stream().filter(ProcessHandle::isAlive).count());
    assertEquals(
        "different\n",
        Shell.sh(
                "[ \"$(ps -o sid= -p $1)\" = \"$(ps -o sid= -p $2)\" ] || echo different",
                program.pid(),
                watchdogs.get(0).pid())
            .text());
    program.destroy();
    assertTrue(program.waitFor(20, TimeUnit.SECONDS));
  }

  /** Returns the watchdogs of a process, which may have died. */
  private List<ProcessHandle> watchdogs(long pid) {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .map(
                        arguments ->
                            List.of(arguments).contains("kintsugi-watchdog")
                                && String.join(" ", arguments).contains("kintsugi:" + pid + " "))
                    .orElse(false))
        .toList();
  }

  /** Starts a shell that uses the mount, and returns when it does. */
  private Process holder(String script) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script, "holder", mnt.toString())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    return awaitLine(builder.start(), "ready");
  }

  private Process program(String what) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MountingProgram.class.getName(),
                what,
                mnt.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().write("open sesame\n".getBytes(UTF_8));
    process.getOutputStream().flush();
    return awaitLine(process, "mounted");
  }

  private Process awaitLine(Process process, String line) throws IOException {
    started.add(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8), 1);
    assertEquals(line, out.readLine());
    return process;
  }
}
