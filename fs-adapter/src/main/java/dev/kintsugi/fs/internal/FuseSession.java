package dev.kintsugi.fs.internal;

import dev.kintsugi.core.store.Vault;
import dev.kintsugi.fs.MountException;
import dev.kintsugi.fs.MountException.Reason;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted file system and the threads that serve it.
 *
 * <p>The threads are the virtual machine's own, so that libfuse's calls back into Java need not
 * attach a thread each time; the machinery of libfuse that makes threads is not used. The session
 * ends when the kernel says that the file system was unmounted; the last thread then frees what
 * libfuse holds.
 */
public final class FuseSession {
  private static final Logger log = LoggerFactory.getLogger("dev.kintsugi.fs");

  /** As many requests are served at once: reads may have to wait for slow archives. */
  private static final int THREADS = 16;

  private static final int EINTR = 4;

  private final LibFuse lib;
  private final Path directory;
  private final VaultFileSystem files;
  private final NativeOperations operations;
  private final Pointer fuse;
  private final Pointer session;
  private final Pointer channel;
  private final Pointer mountPoint;
  private final AtomicInteger serving = new AtomicInteger(THREADS);
  private final CountDownLatch ended = new CountDownLatch(1);

  private FuseSession(
      LibFuse lib,
      Path directory,
      VaultFileSystem files,
      NativeOperations operations,
      Pointer fuse,
      Pointer mountPoint) {
    this.lib = lib;
    this.directory = directory;
    this.files = files;
    this.operations = operations;
    this.fuse = fuse;
    this.mountPoint = mountPoint;
    this.session = lib.fuse_get_session(fuse);
    this.channel = lib.fuse_session_next_chan(session, Pointer.wrap(runtime(), 0L));
  }

  /**
   * Mounts and starts to serve. The caller waits for {@link #awaitReady}.
   *
   * @param directory an absolute path
   * @param options mount options of FUSE, each without {@code -o}
   */
  public static FuseSession start(LibFuse lib, Vault vault, Path directory, List<String> options) {
    VaultFileSystem files = new VaultFileSystem(vault);
    NativeOperations operations = new NativeOperations(files);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(ascii("kintsugi"));
    arguments.add(ascii("-f"));
    for (String option : options) {
      arguments.add(ascii("-o"));
      arguments.add(ascii(option));
    }
    arguments.add(NativePaths.bytes(directory));
    Arguments argv = new Arguments(arguments);
    Pointer out = Memory.allocateDirect(runtime(), 2 * Long.BYTES, true);
    Pointer fuse;
    try {
      fuse =
          lib.fuse_setup(
              arguments.size(),
              argv.pointer,
              operations.table(),
              operations.size(),
              out,
              out.slice(Long.BYTES),
              Pointer.wrap(runtime(), 0L));
    } finally {
      Reference.reachabilityFence(argv);
    }
    if (fuse == null) {
      throw new MountException(
          Reason.FAILED,
          "the system refused to mount on "
              + directory
              + "; libfuse wrote the reason to standard error (users other than root need the"
              + " program fusermount, Debian package fuse or fuse3; a container needs the"
              + " capability SYS_ADMIN)");
    }
    FuseSession made = new FuseSession(lib, directory, files, operations, fuse, out.getPointer(0));
    for (int i = 1; i <= THREADS; i++) {
      Thread thread = new Thread(made::serve, "kintsugi-fuse-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    return made;
  }

  /** Waits until the kernel has said hello, and returns whether it did in time. */
  public boolean awaitReady(long millis) throws InterruptedException {
    return operations.ready().await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until the session has ended, and returns whether it did in time. */
  public boolean awaitEnd(long millis) throws InterruptedException {
    return ended.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until the session has ended. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /**
   * Answers every further request with an error and closes what programs left open, so that the
   * vault can be closed although programs hold on to a file system that was taken from its place.
   */
  public void refuse() {
    files.close();
  }

  private void serve() {
    try {
      long size = lib.fuse_chan_bufsize(channel);
      Pointer buffer = Memory.allocateDirect(runtime(), Math.toIntExact(size));
      Pointer channelInOut = Memory.allocateDirect(runtime(), Long.BYTES);
      while (lib.fuse_session_exited(session) == 0) {
        channelInOut.putPointer(0, channel);
        int length = lib.fuse_chan_recv(channelInOut, buffer, size);
        if (length == -EINTR) {
          continue;
        }
        if (length <= 0) {
          break;
        }
        lib.fuse_session_process(session, buffer, length, channelInOut.getPointer(0));
      }
    } catch (Throwable e) {
      log.error("a thread that serves {} ended through a defect", directory, e);
    } finally {
      if (serving.decrementAndGet() == 0) {
        end();
      }
    }
  }

  private void end() {
    try {
      files.close();
      lib.fuse_unmount(mountPoint, channel);
      lib.fuse_destroy(fuse);
      lib.free(mountPoint);
    } catch (Throwable e) {
      log.error("freeing the mount at {} failed", directory, e);
    } finally {
      ended.countDown();
    }
  }

  private static Runtime runtime() {
    return Runtime.getSystemRuntime();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A C {@code argv}, whose memory is freed with this object. */
  private static final class Arguments {
    private final List<Pointer> strings = new ArrayList<>();
    private final Pointer pointer;

    Arguments(List<byte[]> arguments) {
      pointer = Memory.allocateDirect(runtime(), (arguments.size() + 1) * Long.BYTES, true);
      for (byte[] argument : arguments) {
        Pointer string = Memory.allocateDirect(runtime(), argument.length + 1, true);
        string.put(0, argument, 0, argument.length);
        pointer.putPointer((long) strings.size() * Long.BYTES, string);
        strings.add(string);
      }
    }
  }
}
