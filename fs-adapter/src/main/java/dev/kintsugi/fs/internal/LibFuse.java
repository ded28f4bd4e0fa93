package dev.kintsugi.fs.internal;

import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;

/**
 * The functions of libfuse 2.9 that a mount needs. {@code fuse_setup} stands in for {@code
 * fuse_new}, of which {@code dlsym} finds an ancient version that takes other arguments.
 */
@SuppressWarnings("MemberName") // the names of C functions
public interface LibFuse {
  /**
   * Parses arguments, mounts, and makes the file system's handle.
   *
   * @param mountPointOut receives a {@code char*} to be freed
   * @param multithreadedOut receives an {@code int}
   * @return a {@code struct fuse*}, or null; libfuse has written the reason to standard error
   */
  Pointer fuse_setup(
      int argc,
      Pointer argv,
      Pointer operations,
      @size_t long operationsSize,
      Pointer mountPointOut,
      Pointer multithreadedOut,
      Pointer userData);

  /** Returns the {@code struct fuse_session*} of a {@code struct fuse*}. */
  Pointer fuse_get_session(Pointer fuse);

  /** Returns the first {@code struct fuse_chan*} of a session when {@code channel} is null. */
  Pointer fuse_session_next_chan(Pointer session, Pointer channel);

  /** Returns 1 once the session has ended. */
  int fuse_session_exited(Pointer session);

  /** Returns how many bytes a buffer for requests needs. */
  @size_t
  long fuse_chan_bufsize(Pointer channel);

  /**
   * Waits for a request.
   *
   * @param channelInOut a {@code struct fuse_chan**}
   * @return the request's length, 0 when the session has ended, or a negative errno
   */
  int fuse_chan_recv(Pointer channelInOut, Pointer buffer, @size_t long size);

  /** Handles one request. */
  void fuse_session_process(Pointer session, Pointer buffer, @size_t long size, Pointer channel);

  /** Closes the channel and unmounts what it serves, if it is still mounted. */
  void fuse_unmount(Pointer mountPoint, Pointer channel);

  /** Frees a {@code struct fuse*}. */
  void fuse_destroy(Pointer fuse);

  /** The C library's {@code free}. */
  void free(Pointer memory);
}
