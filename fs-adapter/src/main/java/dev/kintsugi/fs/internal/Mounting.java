package dev.kintsugi.fs.internal;

import dev.kintsugi.core.store.Vault;
import dev.kintsugi.fs.MountException;
import dev.kintsugi.fs.MountException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a mount: from the checks before it to the certainty that it is gone. */
public final class Mounting {
  private static final Logger log = LoggerFactory.getLogger("dev.kintsugi.fs");
  private static final AtomicInteger numbers = new AtomicInteger();
  private static final long READY_MILLIS = 10_000;
  private static final long POLITE_MILLIS = 2_000;

  /**
   * Another process may write to the vault: the kernel asks again after a second, and keeps no
   * memory of names that were not there.
   */
  private static final List<String> CACHING =
      List.of("attr_timeout=1", "entry_timeout=1", "negative_timeout=0");

  private final Path place;
  private final MountTable.Entry entry;
  private final FuseSession session;
  private final Watchdog watchdog;
  private final Thread hook = new Thread(this::endAtShutdown, "kintsugi-unmount");
  private final CountDownLatch ended = new CountDownLatch(1);

  private Mounting(Path place, MountTable.Entry entry, FuseSession session, Watchdog watchdog) {
    this.place = place;
    this.entry = entry;
    this.session = session;
    this.watchdog = watchdog;
  }

  /** See {@link dev.kintsugi.fs.Mount#mount}. */
  public static Mounting start(
      FuseLibrary library, Vault vault, Path directory, boolean allowOther) {
    Path place = Unmounter.place(directory);
    LibFuse lib = library.load();
    check(place);
    String source = MountTable.source(numbers.incrementAndGet());
    List<String> options = new ArrayList<>(CACHING);
    options.add("ro");
    options.add("use_ino");
    options.add("subtype=kintsugi");
    options.add("fsname=" + source);
    if (allowOther) {
      options.add("allow_other");
      options.add("default_permissions");
    }
    FuseSession session = FuseSession.start(lib, vault, place, options);
    MountTable.Entry entry = null;
    try {
      entry =
          MountTable.at(place)
              .filter(found -> found.source().equals(source))
              .orElseThrow(
                  () ->
                      new MountException(
                          Reason.FAILED, "the mount at " + place + " vanished at once"));
      Mounting made = new Mounting(place, entry, session, Watchdog.start(entry, place));
      made.watch();
      if (!session.awaitReady(READY_MILLIS)) {
        made.end();
        throw new MountException(
            Reason.FAILED, "the kernel did not greet the mount at " + place + " in time");
      }
      return made;
    } catch (IOException | InterruptedException e) {
      if (entry != null) {
        Unmounter.detach(entry, place, true, 0);
      }
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new MountException(Reason.FAILED, "mounting on " + place + " failed: " + e, e);
    }
  }

  /** Returns the mount point. */
  public Path place() {
    return place;
  }

  /** Waits until the mount has ended. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /**
   * Unmounts, lazily if need be, and returns whether the mount is gone.
   *
   * @return false if the system refuses
   */
  public boolean end() {
    return end(POLITE_MILLIS);
  }

  private boolean end(long politeMillis) {
    if (ended.getCount() == 0) {
      return true;
    }
    if (Unmounter.isMounted(entry, place)) {
      Unmounter.detach(entry, place, false, politeMillis);
    }
    if (Unmounter.isMounted(entry, place)) {
      String said = Unmounter.detach(entry, place, true, 0);
      if (Unmounter.isMounted(entry, place)) {
        log.error("unmounting {} failed: {}", place, said);
        return false;
      }
    }
    try {
      if (!session.awaitEnd(politeMillis)) {
        session.refuse();
      }
    } catch (InterruptedException e) {
      session.refuse();
      Thread.currentThread().interrupt();
    }
    finish();
    return true;
  }

  private void endAtShutdown() {
    end(0);
  }

  private void watch() {
    Runtime.getRuntime().addShutdownHook(hook);
    Thread thread =
        new Thread(
            () -> {
              try {
                session.awaitEnd();
                finish();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "kintsugi-mount-end");
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void finish() {
    if (ended.getCount() == 0) {
      return;
    }
    watchdog.dismiss();
    if (Thread.currentThread() != hook) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        log.debug("the virtual machine is ending", e);
      }
    }
    ended.countDown();
  }

  private static void check(Path place) {
    Optional<MountTable.Entry> there = MountTable.at(place);
    if (there.isPresent() && there.get().isKintsugi()) {
      long pid = there.get().pid();
      throw new MountException(
          Reason.BAD_DIRECTORY,
          Processes.alive(pid)
              ? "a vault is mounted at " + place + " already, by process " + pid
              : "a mount whose process "
                  + pid
                  + " has died is left at "
                  + place
                  + ": unmount it first");
    }
    if (!Files.isDirectory(place)) {
      throw new MountException(
          Reason.BAD_DIRECTORY,
          place + (Files.exists(place) ? " is no directory" : " does not exist: make it first"));
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(place)) {
      if (children.iterator().hasNext()) {
        throw new MountException(
            Reason.BAD_DIRECTORY,
            place + " is not empty: what it holds would be hidden under the mount");
      }
    } catch (IOException e) {
      throw new MountException(Reason.BAD_DIRECTORY, "cannot read " + place + ": " + e, e);
    }
  }
}
