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
import org.jspecify.annotations.Nullable;
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
  private final Watchdog watchdog;
  private final Thread hook = new Thread(this::endAtShutdown, "kintsugi-unmount");
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable FuseSession session;

  private Mounting(Path place, MountTable.Entry entry, Watchdog watchdog) {
    this.place = place;
    this.entry = entry;
    this.watchdog = watchdog;
  }

  /** See {@link dev.kintsugi.fs.Mount#mount}. */
  public static Mounting start(
      FuseLibrary library, Vault vault, Path directory, boolean allowOther) {
    Path place = Unmounter.place(directory);
    LibFuse lib = library.load();
    check(place);
    MountTable.Entry entry = MountTable.future(place, numbers.incrementAndGet());
    try {
      // whoever takes the mount away stands ready before there is one
      Mounting mounting = new Mounting(place, entry, Watchdog.start(entry, place));
      Runtime.getRuntime().addShutdownHook(mounting.hook);
      mounting.mount(lib, vault, allowOther);
      return mounting;
    } catch (IOException e) {
      throw new MountException(
          Reason.FAILED, "starting the watchdog of the mount at " + place + " failed: " + e, e);
    }
  }

  private void mount(LibFuse lib, Vault vault, boolean allowOther) {
    List<String> options = new ArrayList<>(CACHING);
    options.add("ro");
    options.add("use_ino");
    options.add("subtype=kintsugi");
    options.add("fsname=" + entry.source());
    if (allowOther) {
      options.add("allow_other");
      options.add("default_permissions");
    }
    boolean mounted = false;
    try {
      FuseSession started = FuseSession.start(lib, vault, place, options);
      session = started;
      watch(started);
      if (!started.awaitReady(READY_MILLIS)) {
        throw new MountException(
            Reason.FAILED, "the kernel did not greet the mount at " + place + " in time");
      }
      if (!Unmounter.isMounted(entry, place)) {
        throw new MountException(Reason.FAILED, "the mount at " + place + " vanished at once");
      }
      mounted = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MountException(Reason.FAILED, "interrupted while mounting on " + place, e);
    } finally {
      if (!mounted) {
        end(0);
      }
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
    FuseSession served = session;
    if (served != null) {
      try {
        if (!served.awaitEnd(politeMillis)) {
          served.refuse();
        }
      } catch (InterruptedException e) {
        served.refuse();
        Thread.currentThread().interrupt();
      }
    }
    finish();
    return true;
  }

  private void endAtShutdown() {
    if (Unmounter.isMounted(entry, place)) {
      end(0);
    } // else the watchdog looks again when this process is gone
  }

  private void watch(FuseSession served) {
    Thread thread =
        new Thread(
            () -> {
              try {
                served.awaitEnd();
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
