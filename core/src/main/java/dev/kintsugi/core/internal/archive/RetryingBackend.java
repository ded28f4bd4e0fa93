package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ReadOnlyFileSystemException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * Tries again when an operation failed for a reason that may pass. What tells something for certain
 * is passed on at once: a missing or existing shard, a full, absent or forbidden archive, an
 * interrupt.
 *
 * <p>After a failed write it is unknown whether the shard was published, so the name may be found
 * taken by the second attempt; if exactly these bytes are there, the write has succeeded. A
 * deletion that had to be repeated returns whether the last attempt found something. A listing is
 * repeated only as long as its visitor has seen nothing.
 */
public final class RetryingBackend extends ForwardingBackend {
  private final RetryPolicy policy;
  private final Sleeper sleeper;
  private final DoubleSupplier random;

  /** Waits; a test does not. */
  @FunctionalInterface
  public interface Sleeper {
    /** Waits for a time. */
    void sleep(Duration time) throws InterruptedException;
  }

  /** Retries with real waits. */
  public RetryingBackend(Backend delegate, RetryPolicy policy) {
    this(
        delegate,
        policy,
        time -> Thread.sleep(time.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * Retries with other waits.
   *
   * @param random values in 0..1
   */
  public RetryingBackend(
      Backend delegate, RetryPolicy policy, Sleeper sleeper, DoubleSupplier random) {
    super(delegate);
    this.policy = policy;
    this.sleeper = sleeper;
    this.random = random;
  }

  private interface Attempt<T> {
    T run(int number) throws IOException;
  }

  private <T> T retry(Attempt<T> attempt) throws IOException {
    IOException first = null;
    for (int number = 1; ; number++) {
      try {
        return attempt.run(number);
      } catch (IOException e) {
        if (first != null && first != e) {
          e.addSuppressed(first);
        }
        if (number >= policy.attempts() || !mayPass(e)) {
          throw e;
        }
        first = first == null ? e : first;
        pause(number + 1, e);
      }
    }
  }

  private void pause(int next, IOException failure) throws InterruptedIOException {
    try {
      sleeper.sleep(policy.before(next, random.getAsDouble()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted before trying again");
      interrupted.addSuppressed(failure);
      throw interrupted;
    }
  }

  private static boolean mayPass(IOException e) {
    return !(e instanceof NoSuchShardException
        || e instanceof ShardExistsException
        || e instanceof ArchiveFullException
        || e instanceof ArchiveGoneException
        || e instanceof InterruptedIOException
        || e instanceof ClosedByInterruptException
        || e.getCause() instanceof ClosedByInterruptException
        || e.getCause() instanceof AccessDeniedException
        || e.getCause() instanceof ReadOnlyFileSystemException);
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    boolean written =
        retry(
            number -> {
              try {
                delegate().write(name, duplicates(content));
                return true;
              } catch (ShardExistsException e) {
                if (number > 1 && holds(name, duplicates(content))) {
                  return true; // an earlier attempt has published it
                }
                throw e;
              }
            });
    for (ByteBuffer part : content) {
      part.position(written ? part.limit() : part.position());
    }
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    boolean replaced =
        retry(
            number -> {
              delegate().replace(name, duplicates(content));
              return true;
            });
    for (ByteBuffer part : content) {
      part.position(replaced ? part.limit() : part.position());
    }
  }

  private static ByteBuffer[] duplicates(ByteBuffer... content) {
    ByteBuffer[] views = new ByteBuffer[content.length];
    for (int i = 0; i < content.length; i++) {
      views[i] = content[i].duplicate();
    }
    return views;
  }

  private boolean holds(ShardName name, ByteBuffer... content) throws IOException {
    long offset = 0;
    for (ByteBuffer expected : content) {
      ByteBuffer actual = ByteBuffer.allocate(expected.remaining());
      while (actual.hasRemaining()) {
        int read = delegate().read(name, offset, actual);
        if (read <= 0) {
          return false;
        }
        offset += read;
      }
      if (!actual.flip().equals(expected)) {
        return false;
      }
    }
    return delegate().size(name) == offset;
  }

  @Override
  public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    return retry(
        number -> {
          target.position(start);
          return delegate().read(name, offset, target);
        });
  }

  @Override
  public long size(ShardName name) throws IOException {
    return retry(number -> delegate().size(name));
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    return retry(number -> delegate().delete(name));
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    AtomicBoolean seen = new AtomicBoolean();
    Optional<IOException> failure =
        retry(
            number -> {
              try {
                delegate()
                    .list(
                        info -> {
                          seen.set(true);
                          visitor.accept(info);
                        });
                return Optional.empty();
              } catch (IOException e) {
                if (seen.get()) {
                  return Optional.of(e);
                }
                throw e;
              }
            });
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    return retry(number -> delegate().readRecord(key));
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    retry(
        number -> {
          delegate().writeRecord(key, value);
          return true;
        });
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    return retry(number -> delegate().deleteRecord(key));
  }

  @Override
  public Capacity capacity() throws IOException {
    return retry(number -> delegate().capacity());
  }
}
