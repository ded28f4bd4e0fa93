package dev.kintsugi.fs.internal;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;

/**
 * The C signatures of the file system operations. Paths are pointers to bytes: jnr-fuse's own
 * callbacks turn them into strings in the platform's charset, which loses every name that is not
 * text in that charset.
 */
public final class Callbacks {
  private Callbacks() {}

  /** An operation on a path and a structure. */
  @FunctionalInterface
  public interface PathAndStruct {
    /** Returns 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer struct);
  }

  /** {@code fgetattr}. */
  @FunctionalInterface
  public interface PathAndStructs {
    /** Returns 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer stat, Pointer fileInfo);
  }

  /** {@code readlink}. */
  @FunctionalInterface
  public interface ReadLink {
    /** Returns 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, @size_t long size);
  }

  /** {@code read}. */
  @FunctionalInterface
  public interface Read {
    /** Returns the number of bytes read, or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, @size_t long size, @off_t long offset, Pointer fileInfo);
  }

  /** {@code readdir}. */
  @FunctionalInterface
  public interface ReadDirectory {
    /** Returns 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, Pointer filler, @off_t long offset, Pointer fileInfo);
  }

  /** {@code access}. */
  @FunctionalInterface
  public interface Access {
    /** Returns 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int mask);
  }

  /** {@code init}. */
  @FunctionalInterface
  public interface Init {
    /** Returns the file system's private data, which may be null. */
    @Delegate
    @Nullable Pointer call(Pointer connection);
  }

  /**
   * Any operation that is refused. It looks at none of its arguments, so that C may call it with as
   * many as the operation has.
   */
  @FunctionalInterface
  public interface Refuse {
    /** Returns a negative errno. */
    @Delegate
    int call();
  }
}
