package dev.kintsugi.fs.internal;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Type;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Name;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Calls the {@code fuse_fill_dir_t} that libfuse passes to {@code readdir}. Of the attributes, the
 * kernel takes the inode number and the kind.
 */
final class DirectoryFiller {
  /** The name of the directory itself. */
  static final byte[] SELF = {'.'};

  /** The name of the directory above. */
  static final byte[] PARENT = {'.', '.'};

  private static final int STAT_BYTES = 256; // more than any platform's struct stat
  private static final CallContext SIGNATURE =
      CallContext.getCallContext(
          Type.SINT32,
          new Type[] {Type.POINTER, Type.POINTER, Type.POINTER, Type.SINT64},
          CallingConvention.DEFAULT,
          false);

  private final long buffer;
  private final long filler;
  private final Pointer name;
  private final Pointer statMemory;
  private final FileStat stat;

  DirectoryFiller(Runtime runtime, Pointer buffer, Pointer filler) {
    this.buffer = buffer.address();
    this.filler = filler.address();
    this.name = Memory.allocateDirect(runtime, Name.MAX_BYTES + 1);
    this.statMemory = Memory.allocateDirect(runtime, STAT_BYTES, true);
    this.stat = FileStat.of(statMemory);
  }

  /**
   * Adds an entry.
   *
   * @param nextOffset where to go on after this entry
   * @return whether there was room; if not, the entry was not added
   */
  boolean add(byte[] entry, Attributes attributes, long nextOffset) {
    name.put(0, entry, 0, entry.length);
    name.putByte(entry.length, (byte) 0);
    stat.st_ino.set(attributes.inode());
    stat.st_mode.set(NativeStat.type(attributes));
    return (int)
            Invoker.getInstance()
                .invokeN4(
                    SIGNATURE, filler, buffer, name.address(), statMemory.address(), nextOffset)
        == 0;
  }
}
