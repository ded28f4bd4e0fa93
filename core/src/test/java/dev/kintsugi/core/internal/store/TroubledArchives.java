package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.internal.archive.vault.ArchivedConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Archives that a test can take away, fill up and bring back; named by their URLs' last letter. */
final class TroubledArchives implements BackendOpener {
  private final Set<Character> gone = ConcurrentHashMap.newKeySet();
  private final Set<Character> full = ConcurrentHashMap.newKeySet();

  private final Set<Character> garbled = ConcurrentHashMap.newKeySet();
  private volatile @Nullable CountDownLatch meeting;
  private volatile boolean missed;
  private final AtomicInteger deletions = new AtomicInteger();
  private final AtomicReference<@Nullable ShardName> stuck = new AtomicReference<>();
  private volatile char sticky;
  private volatile boolean allStick;
  private final AtomicInteger written = new AtomicInteger();

  /** Returns how many shards were written, those that were deleted again included. */
  int written() {
    return written.get();
  }

  void take(String letters) {
    letters.chars().forEach(letter -> gone.add((char) letter));
  }

  void fill(String letters) {
    letters.chars().forEach(letter -> full.add((char) letter));
  }

  /** Makes an archive refuse for good to delete the shard that it is asked first to delete. */
  void stickFirst(char letter) {
    sticky = letter;
  }

  /** Makes an archive refuse to delete anything. */
  void stickAll(char letter) {
    sticky = letter;
    allStick = true;
  }

  /** Returns how often the archive was asked to delete a shard since it was told to stick. */
  int deletionsAsked() {
    return deletions.get();
  }

  void bringBack() {
    gone.clear();
    full.clear();
  }

  /** Makes the configuration on archives unreadable until it is written anew. */
  void garble(String letters) {
    letters.chars().forEach(letter -> garbled.add((char) letter));
  }

  /** Returns the archives whose configuration is unreadable still. */
  Set<Character> garbled() {
    return Set.copyOf(garbled);
  }

  /** Makes those who read a configuration wait for each other. */
  void letReadersMeet(int count) {
    meeting = new CountDownLatch(count);
  }

  /** Returns whether all met. */
  boolean readersMet() {
    return !missed && meeting != null && meeting.getCount() == 0;
  }

  @Override
  public Backend open(String url, boolean create) throws IOException {
    Troubled opened = new Troubled(Backends.open(url, create), url.charAt(url.length() - 1));
    opened.check();
    return opened;
  }

  private final class Troubled extends ForwardingBackend {
    private final char letter;

    Troubled(Backend delegate, char letter) {
      super(delegate);
      this.letter = letter;
    }

    void check() throws IOException {
      if (gone.contains(letter)) {
        throw new ArchiveGoneException("archive " + letter + " is gone: taken away");
      }
    }

    @Override
    public void write(ShardName name, ByteBuffer... content) throws IOException {
      check();
      if (full.contains(letter)) {
        throw new ArchiveFullException("archive " + letter + " has no room for shard " + name);
      }
      super.write(name, content);
      written.incrementAndGet();
    }

    @Override
    public void replace(ShardName name, ByteBuffer... content) throws IOException {
      check();
      if (full.contains(letter)) {
        throw new ArchiveFullException("archive " + letter + " has no room for shard " + name);
      }
      super.replace(name, content);
      written.incrementAndGet();
    }

    @Override
    public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
      check();
      return super.read(name, offset, target);
    }

    @Override
    public boolean delete(ShardName name) throws IOException {
      if (letter == sticky) {
        deletions.incrementAndGet();
        stuck.compareAndSet(null, name);
      }
      check();
      if (letter == sticky && (allStick || name.equals(stuck.get()))) {
        throw new IOException("shard " + name + " cannot be deleted: not permitted");
      }
      return super.delete(name);
    }

    @Override
    public long size(ShardName name) throws IOException {
      check();
      return super.size(name);
    }

    @Override
    public void writeRecord(String key, byte[] value) throws IOException {
      check();
      if (full.contains(letter)) {
        throw new ArchiveFullException("archive " + letter + " has no room for record " + key);
      }
      super.writeRecord(key, value);
      if (key.equals(ArchivedConfig.RECORD)) {
        garbled.remove(letter);
      }
    }

    private void meet() throws IOException {
      CountDownLatch latch = meeting;
      if (latch == null || missed) {
        return;
      }
      latch.countDown();
      try {
        missed |= !latch.await(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }

    @Override
    public Optional<byte[]> readRecord(String key) throws IOException {
      check();
      if (key.equals(ArchivedConfig.RECORD)) {
        meet();
        if (garbled.contains(letter)) {
          throw new IOException("archive " + letter + ": record " + key + " is too long");
        }
      }
      return super.readRecord(key);
    }
  }
}
