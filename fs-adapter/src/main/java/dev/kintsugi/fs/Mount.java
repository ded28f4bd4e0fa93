package dev.kintsugi.fs;

import dev.kintsugi.core.store.Vault;
import dev.kintsugi.fs.MountException.Reason;
import dev.kintsugi.fs.internal.FuseLibrary;
import dev.kintsugi.fs.internal.Mounting;
import dev.kintsugi.fs.internal.Unmounter;
import java.nio.file.Path;

/**
 * A vault shown as a directory of the operating system.
 *
 * <p>The mount is read-only, shows what the vault holds when asked (what another process stores
 * appears within about a second), and answers every program on the machine that may see it. It ends
 * with {@link #close}, with {@code umount} by anyone, or with this process, however the process
 * ends: a shutdown hook unmounts on an orderly exit, a watchdog process after a crash. The vault
 * stays open and belongs to the caller; it must stay open until the mount has ended.
 *
 * <p>Safe for use by many threads.
 */
public final class Mount implements AutoCloseable {
  private final Mounting mounting;

  private Mount(Mounting mounting) {
    this.mounting = mounting;
  }

  /**
   * Mounts a vault and returns when the mount is usable.
   *
   * @param directory an existing, empty directory
   * @throws MountException with the reason {@code MISSING} if libfuse 2 or the kernel's device is
   *     missing, the message names the package to install; {@code BAD_DIRECTORY} if the directory
   *     does not exist, is not empty or has something mounted on it; {@code FAILED} if the system
   *     refuses
   */
  public static Mount mount(Vault vault, Path directory, MountOptions options) {
    return new Mount(Mounting.start(FuseLibrary.SYSTEM, vault, directory, options.allowOther()));
  }

  /**
   * Takes any process's Kintsugi mount away and returns when it is gone and, as far as can be seen,
   * the process that served it has let go of it. A mount in use is tried again for three seconds. A
   * mount whose process has died is taken away even if it is in use.
   *
   * @param directory where it is mounted
   * @throws MountException with the reason {@code NOT_MOUNTED} if no Kintsugi mount is there;
   *     {@code BUSY} if programs use it, the message names them; {@code MISSING} if no program that
   *     unmounts is installed
   */
  public static void unmount(Path directory) {
    unmount(directory, false);
  }

  /**
   * Takes any process's Kintsugi mount away, as {@link #unmount(Path)} does.
   *
   * @param lazy even if programs use it: nobody sees the directory any longer, but the programs go
   *     on reading the files they have open, and the process that serves them ends when they are
   *     done
   */
  public static void unmount(Path directory, boolean lazy) {
    Unmounter.unmount(directory, lazy);
  }

  /** Returns the absolute path of the mount point, symbolic links resolved. */
  public Path directory() {
    return mounting.place();
  }

  /** Waits until the mount has ended, by {@link #close} or from outside. */
  public void awaitUnmount() throws InterruptedException {
    mounting.awaitEnd();
  }

  /**
   * Unmounts, and returns when the vault is in use no longer. A mount that programs still use after
   * two seconds is taken away lazily, and what those programs read afterwards fails with {@code
   * EIO}. Closing a mount that has ended has no effect.
   *
   * @throws MountException with the reason {@code FAILED} if the system refuses to unmount
   */
  @Override
  public void close() {
    if (!mounting.end()) {
      throw new MountException(Reason.FAILED, "the system refused to unmount " + directory());
    }
  }
}
