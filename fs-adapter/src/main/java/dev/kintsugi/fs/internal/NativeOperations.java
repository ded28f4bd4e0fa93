package dev.kintsugi.fs.internal;

import com.kenai.jffi.MemoryIO;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.VaultPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jnr.ffi.BaseStruct;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.provider.ClosureManager;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.FuseOperations;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * The table of functions that libfuse calls, each of them a {@link VaultFileSystem} method with
 * pointers turned into values and exceptions into errno. Nothing that is thrown leaves a function.
 *
 * <p>The table keeps the functions' native stubs alive and must therefore outlive the mount.
 */
final class NativeOperations {
  private static final int O_ACCMODE = 3;
  private static final int W_OK = 2;
  private static final int ST_RDONLY = 1;
  private static final int ST_NOSUID = 2;
  private static final int BLOCK = 4096;

  /** Where {@code struct fuse_operations} keeps its flags: after {@code bmap}. */
  private static final int NULLPATH_OK_AND_NOPATH = 0b11;

  /** Where {@code struct fuse_file_info} keeps its flags: after {@code int writepage}. */
  private static final long FILE_INFO_FLAGS = 20;

  private static final int DIRECT_IO = 1;

  private final VaultFileSystem files;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final Runtime runtime = Runtime.getSystemRuntime();
  private final long handleOffset;
  private final FuseOperations layout = new FuseOperations(runtime);
  private final Pointer table;
  private final List<Object> stubs = new ArrayList<>();

  NativeOperations(VaultFileSystem files) {
    this.files = files;
    this.table = Memory.allocateDirect(runtime, size(), true);
    this.handleOffset = FuseFileInfo.of(table).fh.offset();
    set(layout.getattr, Callbacks.PathAndStruct.class, this::getattr);
    set(layout.fgetattr, Callbacks.PathAndStructs.class, this::fgetattr);
    set(layout.readlink, Callbacks.ReadLink.class, this::readlink);
    set(layout.open, Callbacks.PathAndStruct.class, this::open);
    set(layout.read, Callbacks.Read.class, this::read);
    set(layout.release, Callbacks.PathAndStruct.class, this::release);
    set(layout.opendir, Callbacks.PathAndStruct.class, this::opendir);
    set(layout.readdir, Callbacks.ReadDirectory.class, this::readdir);
    set(layout.releasedir, Callbacks.PathAndStruct.class, this::releasedir);
    set(layout.statfs, Callbacks.PathAndStruct.class, this::statfs);
    set(layout.access, Callbacks.Access.class, this::access);
    set(layout.init, Callbacks.Init.class, this::init);
    for (BaseStruct.Func<?> changing :
        List.of(
            layout.mknod,
            layout.mkdir,
            layout.unlink,
            layout.rmdir,
            layout.symlink,
            layout.rename,
            layout.link,
            layout.chmod,
            layout.chown,
            layout.truncate,
            layout.ftruncate,
            layout.write,
            layout.create,
            layout.utimens,
            layout.setxattr,
            layout.removexattr)) {
      set(changing, Callbacks.Refuse.class, () -> -ErrorCodes.EROFS());
    }
    table.putInt(layout.bmap.offset() + Long.BYTES, NULLPATH_OK_AND_NOPATH);
  }

  /** Returns the table, a {@code struct fuse_operations}. */
  Pointer table() {
    return table;
  }

  /** Returns the table's length in bytes. */
  int size() {
    return Struct.size(layout);
  }

  /** Returns what is counted down when the kernel has said hello and requests can be served. */
  CountDownLatch ready() {
    return ready;
  }

  private <T> void set(BaseStruct.Func<?> member, Class<T> type, T function) {
    stubs.add(function);
    ClosureManager closures = runtime.getClosureManager();
    table.putPointer(member.offset(), closures.getClosurePointer(type, function));
  }

  private int getattr(Pointer path, Pointer stat) {
    return onPath(
        "lookup",
        path,
        vaultPath -> {
          NativeStat.write(files.attributes(vaultPath), stat);
          return 0;
        });
  }

  private int fgetattr(Pointer path, Pointer stat, Pointer fileInfo) {
    return guarded(
        () -> "stat of an open file",
        () -> {
          long handle = fileInfo.getLong(handleOffset);
          NativeStat.write(files.attributes(handle), stat);
          return 0;
        });
  }

  private int readlink(Pointer path, Pointer buffer, long size) {
    return onPath(
        "reading the symbolic link",
        path,
        vaultPath -> {
          byte[] target = files.readLink(vaultPath);
          int length = (int) Math.min(target.length, size - 1);
          buffer.put(0, target, 0, length);
          buffer.putByte(length, (byte) 0);
          return 0;
        });
  }

  private int open(Pointer path, Pointer fileInfo) {
    return onPath(
        "open",
        path,
        vaultPath -> {
          if ((fileInfo.getInt(0) & O_ACCMODE) != 0) {
            return -ErrorCodes.EROFS();
          }
          Handles.Opened opened = files.open(vaultPath);
          fileInfo.putLong(handleOffset, opened.number());
          if (opened.mixed()) {
            fileInfo.putInt(FILE_INFO_FLAGS, fileInfo.getInt(FILE_INFO_FLAGS) | DIRECT_IO);
          }
          return 0;
        });
  }

  private int read(Pointer path, Pointer buffer, long size, long offset, Pointer fileInfo) {
    return guarded(
        () -> "read of " + files.describe(fileInfo.getLong(handleOffset)) + " at byte " + offset,
        () -> {
          ByteBuffer target =
              MemoryIO.getInstance().newDirectByteBuffer(buffer.address(), Math.toIntExact(size));
          return files.read(fileInfo.getLong(handleOffset), offset, target);
        });
  }

  private int release(Pointer path, Pointer fileInfo) {
    return guarded(
        () -> "closing of a file",
        () -> {
          files.release(fileInfo.getLong(handleOffset));
          return 0;
        });
  }

  private int opendir(Pointer path, Pointer fileInfo) {
    return onPath(
        "listing of",
        path,
        vaultPath -> {
          fileInfo.putLong(handleOffset, files.openDirectory(vaultPath));
          return 0;
        });
  }

  /** Gives out entries from {@code offset} on: 0 is {@code .}, 1 is {@code ..}. */
  private int readdir(Pointer path, Pointer buffer, Pointer filler, long offset, Pointer fileInfo) {
    return guarded(
        () -> "listing of a directory",
        () -> {
          long handle = fileInfo.getLong(handleOffset);
          List<DirectoryEntry> entries = files.entries(handle, offset == 0);
          DirectoryFiller out = new DirectoryFiller(runtime, buffer, filler);
          VaultPath directory = files.directoryPath(handle);
          boolean room = true;
          for (long next = offset; room && next < entries.size() + 2L; next++) {
            if (next == 0) {
              room = out.add(DirectoryFiller.SELF, files.attributes(directory), next + 1);
            } else if (next == 1) {
              VaultPath parent = directory.isRoot() ? directory : directory.parent();
              room = out.add(DirectoryFiller.PARENT, files.attributes(parent), next + 1);
            } else {
              DirectoryEntry entry = entries.get(Math.toIntExact(next - 2));
              room = out.add(entry.name().toBytes(), entry.attributes(), next + 1);
            }
          }
          return 0;
        });
  }

  private int releasedir(Pointer path, Pointer fileInfo) {
    return guarded(
        () -> "closing of a directory",
        () -> {
          files.releaseDirectory(fileInfo.getLong(handleOffset));
          return 0;
        });
  }

  private int statfs(Pointer path, Pointer result) {
    return guarded(
        () -> "statfs",
        () -> {
          VaultFileSystem.Totals totals = files.totals();
          Statvfs out = Statvfs.of(result);
          out.f_bsize.set(BLOCK);
          out.f_frsize.set(BLOCK);
          out.f_blocks.set((totals.bytes() + BLOCK - 1) / BLOCK);
          out.f_bfree.set(0);
          out.f_bavail.set(0);
          out.f_files.set(totals.inodes());
          out.f_ffree.set(0);
          out.f_favail.set(0);
          out.f_flag.set(ST_RDONLY | ST_NOSUID);
          out.f_namemax.set(Name.MAX_BYTES);
          return 0;
        });
  }

  private int access(Pointer path, int mask) {
    if ((mask & W_OK) != 0) {
      return -ErrorCodes.EROFS();
    }
    return onPath(
        "lookup",
        path,
        vaultPath -> {
          Attributes unused = files.attributes(vaultPath);
          return 0;
        });
  }

  private @Nullable Pointer init(Pointer connection) {
    ready.countDown();
    return null;
  }

  /** What is done with a path. */
  @FunctionalInterface
  private interface PathFunction {
    int apply(VaultPath path);
  }

  private static int onPath(String what, Pointer path, PathFunction function) {
    byte[] bytes = NativePaths.bytes(path);
    return guarded(
        () -> what + " " + new String(bytes, StandardCharsets.UTF_8),
        () -> function.apply(NativePaths.vaultPath(bytes)));
  }

  private static int guarded(Supplier<String> what, IntSupplier function) {
    try {
      return function.getAsInt();
    } catch (Throwable e) { // nothing may escape into C
      return Errno.of(e, what.get());
    }
  }
}
