package dev.kintsugi.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.FileTooLargeException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.VaultPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class IngestSessionTest {
  private static final NewAttributes PLAIN = NewAttributes.ofMode(0644);

  private final FakeEngine engine = new FakeEngine();
  private final List<String> acknowledged = new ArrayList<>();

  @AfterEach
  void everyBufferWasGivenBack() throws InterruptedException {
    engine.stop();
    assertEquals(0, engine.buffersInUse());
  }

  private IngestSession ingest() {
    PathGuard guard = new PathGuard(path -> Optional.ofNullable(engine.kinds.get(path)));
    return new IngestSession(
        engine, guard, (path, attributes, degraded) -> acknowledged.add(path.toString()));
  }

  private static VaultPath path(String text) {
    return VaultPath.parse(text);
  }

  private static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void filesOfEveryShapeArriveWhole() throws IOException {
    int capacity = FakeEngine.CAPACITY;
    int[] sizes = {
      0,
      1,
      65535,
      65536,
      65537,
      capacity - 1,
      capacity,
      capacity + 1,
      5 * capacity,
      5 * capacity + 3
    };
    try (IngestSession ingest = ingest()) {
      for (int size : sizes) {
        ingest.file(path("/f" + size), Source.of(bytes(size, size)), PLAIN);
      }
    }
    for (int size : sizes) {
      assertArrayEquals(bytes(size, size), engine.committed.get(path("/f" + size)), "size " + size);
    }
  }

  @Test
  void smallFilesShareStripesAndEveryExtentHasALeafOfItsOwn() throws IOException {
    try (IngestSession ingest = ingest()) {
      for (int i = 0; i < 500; i++) {
        ingest.file(path("/f" + i), Source.of(bytes(i, 700)), PLAIN);
      }
    }
    assertEquals(1, engine.stripesStored());
    assertEquals(500, engine.leaves.size());
    assertEquals(500, acknowledged.size());
  }

  @Test
  void itemsAreAcknowledgedInTheOrderGivenAndOnlyOnceCommitted() throws IOException {
    List<String> expected = new ArrayList<>();
    try (IngestSession ingest = ingest()) {
      for (int i = 0; i < 2 * Batch.MAX_ITEMS + 10; i++) {
        ingest.file(path("/f" + i), Source.of(new byte[i % 3]), PLAIN);
        expected.add("/f" + i);
        assertTrue(acknowledged.size() <= engine.committed.size());
      }
      assertTrue(acknowledged.size() >= Batch.MAX_ITEMS, "batches are committed on the way");
      ingest.flush();
      assertEquals(expected, acknowledged);
    }
    assertEquals(expected, acknowledged);
  }

  @Test
  void aLongFileDoesNotDelayTheAcknowledgementOfThoseBefore() throws IOException {
    engine.hold = new CountDownLatch(1);
    Thread reading = Thread.currentThread();
    List<Integer> seen = new ArrayList<>(); // acknowledged before each read
    Source slow =
        () ->
            new InputStream() {
              @Override
              public int read() {
                throw new AssertionError("is read in pieces");
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                assertEquals(reading, Thread.currentThread());
                seen.add(acknowledged.size());
                if (seen.size() == 2) {
                  engine.hold.countDown();
                  try {
                    engine.awaitCommits();
                  } catch (InterruptedException e) {
                    throw new IOException(e);
                  }
                }
                return seen.size() == 4 ? -1 : 1;
              }
            };
    try (IngestSession ingest = ingest()) {
      for (int i = 0; i < Batch.MAX_ITEMS; i++) {
        ingest.file(path("/f" + i), Source.of(new byte[0]), PLAIN);
      }
      ingest.file(path("/slow"), slow, PLAIN);
    }
    int durable = Batch.MAX_ITEMS;
    assertEquals(List.of(0, 0, durable, durable), seen);
    assertEquals(durable + 1, acknowledged.size());
  }

  @Test
  void aSourceThatFailsConcernsItsItemAlone() throws IOException {
    Source vanished =
        () -> {
          throw new IOException("vanished");
        };
    Source breaks =
        () ->
            new SequenceInputStream(
                new ByteArrayInputStream(new byte[3 * FakeEngine.CAPACITY + 5]),
                new InputStream() {
                  @Override
                  public int read() throws IOException {
                    throw new IOException("changed while read");
                  }

                  @Override
                  public int read(byte[] target, int offset, int length) throws IOException {
                    return read();
                  }
                });
    Source failsOnClose =
        () ->
            new ByteArrayInputStream(new byte[10]) {
              @Override
              public void close() throws IOException {
                throw new IOException("changed at the end");
              }
            };
    try (IngestSession ingest = ingest()) {
      ingest.file(path("/a"), Source.of(bytes(1, 10)), PLAIN);
      assertThrows(IOException.class, () -> ingest.file(path("/b"), vanished, PLAIN));
      assertThrows(IOException.class, () -> ingest.file(path("/c"), breaks, PLAIN));
      assertThrows(IOException.class, () -> ingest.file(path("/d"), failsOnClose, PLAIN));
      ingest.file(path("/e"), Source.of(bytes(2, 20)), PLAIN);
    }
    assertEquals(List.of("/a", "/e"), acknowledged);
    assertArrayEquals(bytes(2, 20), engine.committed.get(path("/e")));
    assertEquals(4, engine.stripesStored(), "three full stripes of /c, one shared by /a and /e");
  }

  @Test
  void failingArchivesEndTheIngestAndKeepWhatWasAcknowledged() throws IOException {
    IngestSession ingest = ingest();
    ingest.file(path("/a"), Source.of(bytes(1, 10)), PLAIN);
    ingest.flush();
    engine.failAtStripe = 3;
    ArchiveUnavailableException failure =
        assertThrows(
            ArchiveUnavailableException.class,
            () -> {
              for (int i = 0; i < 1000; i++) {
                ingest.file(path("/f" + i), Source.of(new byte[FakeEngine.CAPACITY]), PLAIN);
              }
            });
    assertTrue(failure.toString().contains("two archives"), failure.toString());
    assertEquals(List.of("/a"), acknowledged);
    assertThrows(
        IllegalStateException.class, () -> ingest.file(path("/z"), Source.of(new byte[1]), PLAIN));
    ingest.close();
    assertEquals(List.of("/a"), acknowledged);
  }

  @Test
  void aLongFileIsNotReadOnOnceItsArchivesHaveFailed() {
    engine.failAtStripe = 3;
    Source endless =
        () ->
            new InputStream() {
              private long left = 2000L * FakeEngine.CAPACITY;

              @Override
              public int read() {
                throw new AssertionError("is read in pieces");
              }

              @Override
              public int read(byte[] target, int offset, int length) {
                left -= length;
                assertTrue(left > 0, "it is read on although nothing of it can be stored");
                return length;
              }
            };
    IngestSession ingest = ingest();
    assertThrows(
        ArchiveUnavailableException.class, () -> ingest.file(path("/long"), endless, PLAIN));
    ingest.close();
    assertEquals(List.of(), acknowledged);
  }

  @Test
  void aFileThatIsTooLongIsRefusedBeforeMoreIsReadAndTheIngestGoesOn() throws IOException {
    engine.limit = new FileLimit("rs:4+2", 3, FakeEngine.CAPACITY);
    int most = 3 * FakeEngine.CAPACITY;
    long[] read = new long[1];
    Source endless =
        () ->
            new InputStream() {
              @Override
              public int read() {
                throw new AssertionError("is read in pieces");
              }

              @Override
              public int read(byte[] target, int offset, int length) {
                read[0] += length;
                return length;
              }
            };
    Source known =
        new Source() {
          @Override
          public InputStream open() {
            throw new AssertionError("was opened");
          }

          @Override
          public OptionalLong size() {
            return OptionalLong.of(most + 1);
          }
        };
    try (IngestSession ingest = ingest()) {
      ingest.file(path("/before"), Source.of(bytes(1, 10)), PLAIN);
      FileTooLargeException failure =
          assertThrows(
              FileTooLargeException.class, () -> ingest.file(path("/long"), endless, PLAIN));
      assertTrue(failure.toString().contains("at most 1,572,864 bytes"), failure.toString());
      assertEquals(most + 1, read[0]);
      assertThrows(FileTooLargeException.class, () -> ingest.file(path("/known"), known, PLAIN));
      ingest.file(path("/fits"), Source.of(bytes(2, most)), PLAIN);
      ingest.file(path("/tail"), Source.of(bytes(3, most - FakeEngine.CAPACITY + 1)), PLAIN);
    }
    assertEquals(List.of("/before", "/fits", "/tail"), acknowledged);
    assertArrayEquals(bytes(2, most), engine.committed.get(path("/fits")));
  }

  @Test
  void parentsAreCheckedBeforeAnythingIsRead() throws IOException {
    Source unread =
        () -> {
          throw new AssertionError("was opened");
        };
    try (IngestSession ingest = ingest()) {
      assertThrows(NoSuchPathException.class, () -> ingest.file(path("/no/f"), unread, PLAIN));
      ingest.directory(path("/d"), NewAttributes.ofMode(0755));
      ingest.file(path("/d/f"), Source.of(new byte[1]), PLAIN);
      assertThrows(NotDirectoryException.class, () -> ingest.file(path("/d/f/g"), unread, PLAIN));
      assertThrows(IsDirectoryException.class, () -> ingest.file(path("/d"), unread, PLAIN));
      assertThrows(IsDirectoryException.class, () -> ingest.file(path("/"), unread, PLAIN));
      assertThrows(
          PathExistsException.class,
          () -> ingest.directory(path("/d/f"), NewAttributes.ofMode(0755)));
      ingest.flush();
      assertThrows(NotDirectoryException.class, () -> ingest.file(path("/d/f/g"), unread, PLAIN));
      ingest.symlink(path("/d/l"), new byte[] {'x'}, PLAIN);
    }
    assertEquals(List.of("/d", "/d/f", "/d/l"), acknowledged);
    assertEquals(Kind.SYMLINK, engine.kinds.get(path("/d/l")));
  }

  @Test
  void anItemThatTheCommitRefusesIsToldByFlushAndTheOthersStay() throws IOException {
    engine.refuse = path("/b");
    try (IngestSession ingest = ingest()) {
      ingest.file(path("/a"), Source.of(new byte[1]), PLAIN);
      ingest.file(path("/b"), Source.of(new byte[1]), PLAIN);
      ingest.file(path("/c"), Source.of(new byte[1]), PLAIN);
      NoSuchPathException refusal = assertThrows(NoSuchPathException.class, ingest::flush);
      assertTrue(refusal.toString().contains("/b"), refusal.toString());
      ingest.file(path("/d"), Source.of(new byte[1]), PLAIN);
    }
    assertEquals(List.of("/a", "/c", "/d"), acknowledged);
    assertFalse(engine.committed.containsKey(path("/b")));
  }

  @Test
  void anInterruptedIngestEndsWithoutAcknowledging() throws IOException {
    IngestSession ingest = ingest();
    ingest.file(path("/a"), Source.of(new byte[1]), PLAIN);
    engine.hold = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThrows(dev.kintsugi.core.KintsugiException.class, ingest::flush);
    engine.hold.countDown();
    assertTrue(Thread.interrupted(), "the interruption is passed on");
    assertEquals(List.of(), acknowledged);
    ingest.close();
  }

  @Test
  @Timeout(60)
  void anIngestWhoseCommitIsNotBegunEndsAndAbandonsItsBatch() throws IOException {
    IngestSession ingest = ingest();
    ingest.file(path("/a"), Source.of(bytes(1, 100)), PLAIN);
    engine.closed = true;
    assertEquals("closed", assertThrows(IllegalStateException.class, ingest::flush).getMessage());
    assertEquals(1, engine.abandoned.size());
    assertEquals(1, engine.abandoned.get(0).items().size());
    ingest.close();
    assertEquals(1, engine.abandoned.size(), "its way in is given back once");
    assertEquals(List.of(), acknowledged);
  }
}
