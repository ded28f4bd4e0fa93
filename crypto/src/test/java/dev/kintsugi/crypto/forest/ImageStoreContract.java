package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link ImageStore} promises. */
abstract class ImageStoreContract {
  static final String A = "000102030405060708090a0b0c0d0e0f";
  static final String B = "ffffffffffffffffffffffffffffffff";
  static final String C = "cccccccccccccccccccccccccccccccc";

  /** Where the images are: they stay when the process dies. */
  interface Medium {
    /** Opens the store over the same images as before. */
    ImageStore open() throws Exception;

    /** Counts the steps that change or flush something, and dies where it is told to. */
    Crash crash();

    /** Starts again after a death, without what was lost. */
    void restart(Loss loss) throws Exception;

    /** Returns how many images are there, whole or not, whatever they are called. */
    int pieces() throws Exception;
  }

  /** Makes an empty medium. */
  abstract Medium medium() throws Exception;

  static byte[] image(int seed) {
    byte[] image = new byte[1000 + seed];
    new Random(seed).nextBytes(image);
    return image;
  }

  private static void assertHolds(ImageStore store, String name, byte[] image, String where) {
    assertArrayEquals(image, store.get(name).orElse(new byte[0]), where + ": " + name);
  }

  @Test
  void whatIsPutIsReadAtOnceAndNothingElse() throws Exception {
    ImageStore store = medium().open();
    assertEquals(Set.of(), store.names());
    assertEquals(Optional.empty(), store.get(A));
    store.put(A, image(1));
    store.put(B, new byte[0]);
    assertHolds(store, A, image(1), "put");
    assertTrue(store.get(B).isPresent(), "an empty image is an image");
    assertEquals(Optional.empty(), store.get(C));
    assertEquals(Set.of(A, B), store.names());
  }

  @Test
  void imagesBelongToWhoeverGaveOrGotThem() throws Exception {
    ImageStore store = medium().open();
    byte[] given = image(1);
    store.put(A, given);
    Arrays.fill(given, (byte) 0);
    byte[] got = store.get(A).orElseThrow();
    Arrays.fill(got, (byte) 0);
    assertHolds(store, A, image(1), "changed outside");
  }

  @Test
  void whatIsDeletedIsGoneAndOthersStay() throws Exception {
    ImageStore store = medium().open();
    store.put(A, image(1));
    store.put(B, image(2));
    store.delete(A);
    store.delete(A);
    store.delete(C);
    assertEquals(Optional.empty(), store.get(A));
    assertEquals(Set.of(B), store.names());
    assertHolds(store, B, image(2), "the other");
  }

  @Test
  void whatWasFlushedSurvivesReopeningAndTheLossOfPower() throws Exception {
    for (Loss loss : Loss.all()) {
      Medium medium = medium();
      ImageStore store = medium.open();
      store.put(A, image(1));
      store.flush();
      store.put(B, image(2));
      store.put(C, image(3));
      store.flush();
      medium.restart(loss);
      ImageStore again = medium.open();
      assertHolds(again, A, image(1), "after " + loss);
      assertHolds(again, B, image(2), "after " + loss);
      assertHolds(again, C, image(3), "after " + loss);
      assertEquals(Set.of(A, B, C), again.names());
    }
  }

  @Test
  void deathsAndPowerLossAtEveryStepHarmNoOtherImageAndWhatIsLeftCanBeDeleted() throws Exception {
    int deaths = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where = "step " + step + (after ? " done, " : " torn, ") + loss;
          Medium medium = medium();
          ImageStore store = medium.open();
          store.put(A, image(1));
          store.flush();
          medium.crash().arm(step, after);
          boolean flushed = false;
          try {
            store.put(B, image(2));
            store.flush();
            flushed = true;
            store.delete(C);
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          medium.restart(loss);
          ImageStore again = medium.open();
          assertHolds(again, A, image(1), where);
          Optional<byte[]> torn = again.get(B);
          assertTrue(torn.isEmpty() || again.names().contains(B), where + ": not listed");
          if (flushed) {
            assertHolds(again, B, image(2), where);
          }
          for (String name : again.names()) {
            if (!name.equals(A)) {
              again.delete(name);
            }
          }
          assertEquals(Set.of(A), again.names(), where);
          assertEquals(1, medium.pieces(), where + ": something is left that was not listed");
          again.put(C, image(3));
          again.flush();
          assertHolds(again, C, image(3), where);
        }
      }
    }
    assertTrue(deaths >= 32, "only " + deaths + " deaths");
  }

  @Test
  void lookingChangesNothingBesideAWriter() throws Exception {
    Medium medium = medium();
    ImageStore writer = medium.open();
    writer.put(A, image(1));
    ImageStore reader = medium.open();
    medium.crash().beforeEachStep =
        () -> {
          reader.names();
          assertHolds(reader, A, image(1), "beside");
          reader.get(B);
        };
    writer.put(B, image(2));
    writer.flush();
    medium.crash().beforeEachStep = () -> {};
    assertHolds(reader, B, image(2), "after");
    assertFalse(medium.crash().steps() < 2, "nothing happened");
  }

  @Test
  void manyThreadsPutAndGet() throws Exception {
    ImageStore store = medium().open();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = 100 * thread;
        tasks.add(
            pool.submit(
                () -> {
                  for (int i = first; i < first + 20; i++) {
                    store.put("%032x".formatted(i), image(i));
                    assertHolds(store, "%032x".formatted(i), image(i), "thread");
                  }
                  store.flush();
                }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } finally {
      pool.shutdown();
    }
    assertEquals(80, store.names().size());
  }
}
