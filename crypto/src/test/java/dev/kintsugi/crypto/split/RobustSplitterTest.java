package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.erasure.GaloisField;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.PreparedMatrix;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RobustSplitterTest {
  private static RobustSplitter robust(String name) {
    return new RobustSplitter(SecretSplitter.parse(name));
  }

  private static BitSet choose(int n, int count, Random random) {
    BitSet chosen = new BitSet();
    while (chosen.cardinality() < count) {
      chosen.set(random.nextInt(n));
    }
    return chosen;
  }

  /** Alters a share in one of several ways; never to itself. */
  private static byte[] corrupt(byte[] share, Random random) {
    byte[] bad = share.clone();
    switch (random.nextInt(4)) {
      case 0 -> bad[4 + random.nextInt(bad.length - 4)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        byte[] noise = new byte[bad.length - 4];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, bad, 4, noise.length);
      }
      case 2 -> bad[bad.length - 1 - random.nextInt(32)] ^= (byte) (1 + random.nextInt(255));
      default -> {
        return Arrays.copyOf(share, share.length - 1 - random.nextInt(20));
      }
    }
    return bad;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shamir:3of5",
        "shamir:2of3",
        "shamir:1of4",
        "shamir:5of9",
        "aont-rs:4+4",
        "krawczyk:3of7"
      })
  void upToNMinusTWrongAndMissingSharesAreNamedAndTheSecretIsRight(String name) {
    SecretSplitter s = SecretSplitter.parse(name);
    long seed = 42;
    Random random = new Random(seed);
    for (int round = 0; round < 120; round++) {
      byte[] secret = SecretSplitterContract.random(random.nextInt(300), round);
      byte[][] shares = robust(name).split(secret);
      int spare = s.shares() - s.threshold();
      int wrong = random.nextInt(spare + 1);
      int missing = random.nextInt(spare - wrong + 1);
      BitSet bad = choose(s.shares(), wrong, random);
      for (int i = bad.nextSetBit(0); i >= 0; i = bad.nextSetBit(i + 1)) {
        shares[i] = corrupt(shares[i], random);
      }
      BitSet kept = new BitSet();
      kept.set(0, s.shares());
      for (int m = 0; m < missing; m++) {
        int i;
        do {
          i = random.nextInt(s.shares());
        } while (bad.get(i) || !kept.get(i));
        kept.clear(i);
      }
      RobustSplitter.Combined combined =
          robust(name).combine(SecretSplitterContract.only(shares, kept));
      String where = name + ", seed " + seed + ", round " + round;
      assertArrayEquals(secret, combined.secret(), where);
      assertEquals(bad.stream().boxed().toList(), combined.wrong(), where);
    }
  }

  @Test
  void manySharesWithHalfTheSpareOnesWrongAreDecodedWithoutSearch() {
    // 60 of 200: subsets are far too many to try; location by decoding must do it.
    long seed = 8;
    Random random = new Random(seed);
    byte[] secret = SecretSplitterContract.random(200, 1);
    byte[][] shares = robust("shamir:60of200").split(secret);
    BitSet bad = choose(200, 70, random);
    bad.stream().forEach(i -> random.nextBytes(shares[i]));
    bad.stream().forEach(i -> System.arraycopy(shares[bad.nextClearBit(0)], 0, shares[i], 0, 4));
    RobustSplitter.Combined combined = robust("shamir:60of200").combine(shares);
    assertArrayEquals(secret, combined.secret());
    assertEquals(bad.stream().boxed().toList(), combined.wrong());
  }

  @Test
  void sharesWrongInDifferentColumnsAreAllLocated() {
    byte[] secret = SecretSplitterContract.random(5000, 1);
    byte[][] shares = robust("shamir:20of120").split(secret);
    for (int i = 0; i < 50; i++) {
      shares[2 * i][10 + 97 * i] ^= 1;
    }
    RobustSplitter.Combined combined = robust("shamir:20of120").combine(shares);
    assertArrayEquals(secret, combined.secret());
    assertEquals(50, combined.wrong().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"potshards:2x2of3", "potshards:3x3of5"})
  void potshardsNamesWrongSharesInEveryFragment(String name) {
    Random random = new Random(3);
    Potshards s = (Potshards) SecretSplitter.parse(name);
    byte[] secret = SecretSplitterContract.random(77, 1);
    byte[][] shares = robust(name).split(secret);
    BitSet bad = new BitSet();
    for (int i = 0; i < s.shares(); i++) {
      if (i == 0 || s.fragment(i) != s.fragment(i - 1)) {
        bad.set(i + 1);
        shares[i + 1] = corrupt(shares[i + 1], random);
      }
    }
    RobustSplitter.Combined combined = robust(name).combine(shares);
    assertArrayEquals(secret, combined.secret());
    assertEquals(bad.stream().boxed().toList(), combined.wrong());
  }

  /**
   * Half of the spare shares, those in front: choosing subsets in order would meet a wrong share in
   * each of the first 20,000, so only location can do it. Every part of a share is altered in turn.
   */
  @ParameterizedTest
  @CsvSource({
    "shamir:10of30, 30, 10",
    "aont-rs:10+20, 30, 10",
    "krawczyk:10of30, 30, 10",
    "potshards:2x5of12, 12, 3",
    "potshards:3x5of10, 10, 2",
    "potshards:2x10of30, 30, 10"
  })
  void halfTheSpareSharesMayBeWrongInFrontOfEveryFragment(
      String name, int sharesOfFragment, int wrong) {
    byte[] secret = SecretSplitterContract.random(100, 1);
    Random random = new Random(6);
    int shares = SecretSplitter.parse(name).shares();
    for (int back : new int[] {1, 32, 33, 40}) {
      byte[][] bad = robust(name).split(secret);
      List<Integer> expected = new ArrayList<>();
      for (int first = 0; first < shares; first += sharesOfFragment) {
        for (int i = first; i < first + wrong; i++) {
          // The last 32 bytes of krawczyk's shares are of the key, the others of the code.
          int at = bad[i].length - back;
          bad[i][at >= Integer.BYTES ? at : Integer.BYTES] ^= (byte) (1 + random.nextInt(255));
          expected.add(i);
        }
      }
      RobustSplitter.Combined combined = robust(name).combine(bad);
      assertArrayEquals(secret, combined.secret(), name + ", byte " + back + " from the end");
      assertEquals(expected, combined.wrong(), name + ", byte " + back + " from the end");
    }
  }

  @Test
  void krawczykSharesMayBeWrongInTheKeyInTheCodeOrInBoth() {
    byte[][] shares = robust("krawczyk:10of30").split(new byte[1000]);
    for (int i = 0; i < 10; i++) {
      if (i % 3 != 1) {
        shares[i][shares[i].length - 1 - i] ^= 1;
      }
      if (i % 3 != 2) {
        shares[i][10 + i] ^= 1;
      }
    }
    RobustSplitter.Combined combined = robust("krawczyk:10of30").combine(shares);
    assertArrayEquals(new byte[1000], combined.secret());
    assertEquals(IntStream.range(0, 10).boxed().toList(), combined.wrong());
  }

  @Test
  void beyondHalfOnlyTheFragmentInDoubtIsSearched() {
    // Five of twelve in one fragment: 792 choices there, as many again in the other were too many.
    byte[][] shares = robust("potshards:2x5of12").split(new byte[100]);
    for (int i : new int[] {0, 1, 2, 12, 13, 14, 15, 16, 17, 18}) {
      shares[i][20 + i] ^= 1;
    }
    RobustSplitter.Combined combined = robust("potshards:2x5of12").combine(shares);
    assertArrayEquals(new byte[100], combined.secret());
    assertEquals(List.of(0, 1, 2, 12, 13, 14, 15, 16, 17, 18), combined.wrong());
  }

  /** A tag of position and share under a key; a test's authenticator. */
  private static byte[] tag(int position, byte[] share) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      mac.update((byte) position);
      return mac.doFinal(share);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"shamir:10of30", "krawczyk:10of30", "aont-rs:10+20"})
  void asManySharesAsAreToSpareMayBeWrongIfSharesAreAuthenticated(String name) {
    Random random = new Random(3);
    byte[][] shares = robust(name).split(new byte[100]);
    byte[][] tags = new byte[30][];
    for (int i = 0; i < 30; i++) {
      tags[i] = tag(i, shares[i]);
    }
    RobustSplitter.ShareCheck check = (i, share) -> Arrays.equals(tags[i], tag(i, share));
    for (int i = 0; i < 18; i++) {
      byte[] noise = new byte[shares[i].length - 4];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, shares[i], 4, noise.length);
    }
    // Right shares in each other's places are wrong, too.
    byte[] moved = shares[18];
    shares[18] = shares[19];
    shares[19] = moved;
    RobustSplitter.Combined combined = robust(name).combine(shares, check);
    assertArrayEquals(new byte[100], combined.secret());
    assertEquals(IntStream.range(0, 20).boxed().toList(), combined.wrong());
    // The controls: one more is too many, and without the check twice as many as can be located
    // are.
    assertThrows(AuthenticationFailedException.class, () -> robust(name).combine(shares));
    shares[20][10] ^= 1;
    assertThrows(TooFewSharesException.class, () -> robust(name).combine(shares, check));
  }

  @Test
  void xorCannotLocateButNeverLies() {
    byte[][] shares = robust("xor:3").split(new byte[20]);
    assertEquals(List.of(), robust("xor:3").combine(shares).wrong());
    shares[1][30] ^= 4;
    assertThrows(AuthenticationFailedException.class, () -> robust("xor:3").combine(shares));
  }

  @Test
  void tooManyWrongSharesNeverGiveAWrongSecret() {
    long seed = 77;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      byte[][] shares = robust("shamir:3of5").split(new byte[40]);
      for (int i : choose(5, 3 + random.nextInt(3), random).stream().toArray()) {
        shares[i][4 + random.nextInt(shares[i].length - 4)] ^= (byte) (1 + random.nextInt(255));
      }
      assertThrows(CryptoException.class, () -> robust("shamir:3of5").combine(shares));
    }
  }

  @Test
  void twoSecretsThatEnoughSharesAgreeOnAreNotGuessedBetween() {
    byte[][] a = robust("shamir:2of4").split(new byte[] {1});
    byte[][] b = robust("shamir:2of4").split(new byte[] {2});
    byte[][] mixed = {a[0], a[1], b[2], b[3]};
    String message =
        assertThrows(AmbiguousSharesException.class, () -> robust("shamir:2of4").combine(mixed))
            .getMessage();
    assertEquals(
        "shares [1, 2] and shares [3, 4] of shamir:2of4 combine to different secrets", message);
    byte[][] three = {a[0], a[1], a[2], b[3]};
    assertEquals(List.of(3), robust("shamir:2of4").combine(three).wrong());
  }

  @Test
  void beyondHalfTheRightSharesAreNotBlamedForErrorsThatCancelOut() {
    // Two wrong bytes in one column of 3 of 6: with one right share they often give the secret.
    for (int error = 1; error < 256; error++) {
      byte[][] shares = robust("shamir:3of6").split(new byte[] {1});
      shares[0][40] ^= 1;
      shares[1][40] ^= (byte) error;
      assertEquals(List.of(0, 1), robust("shamir:3of6").combine(shares).wrong(), "error " + error);
    }
  }

  @Test
  void sharesThatDifferAndAgreeOnTheSecretGiveIt() {
    // A multiple of x added to the shares of three that know each other leaves the secret.
    byte[][] shares = robust("shamir:3of8").split(new byte[] {1});
    for (int i = 0; i < 3; i++) {
      shares[i][40] ^= (byte) (i + 1);
    }
    RobustSplitter.Combined combined = robust("shamir:3of8").combine(shares);
    assertArrayEquals(new byte[] {1}, combined.secret());
    assertEquals(List.of(0, 1, 2), combined.wrong());
  }

  @Test
  void sharesOfTwoSecretsOfDifferentLengthsAreNotGuessedBetween() {
    byte[] first = SecretSplitterContract.random(10, 1);
    byte[][] a = robust("shamir:3of7").split(first);
    byte[][] b = robust("shamir:3of7").split(new byte[5000]);
    byte[][] mixed = {a[0], a[1], a[2], b[3], b[4], b[5], b[6]};
    String message =
        assertThrows(AmbiguousSharesException.class, () -> robust("shamir:3of7").combine(mixed))
            .getMessage();
    assertEquals(
        "shares [1, 2, 3] and shares [4, 5, 6, 7] of shamir:3of7 combine to different secrets",
        message);
    byte[][] few = {a[0], a[1], a[2], b[3], b[4], null, null};
    RobustSplitter.Combined combined = robust("shamir:3of7").combine(few);
    assertArrayEquals(first, combined.secret());
    assertEquals(List.of(3, 4), combined.wrong());
    // More shares that agree on a length and on nothing else do not hide the right ones.
    for (int i = 3; i < 7; i++) {
      mixed[i] = SecretSplitterContract.random(b[i].length, i);
      System.arraycopy(b[i], 0, mixed[i], 0, 4);
    }
    combined = robust("shamir:3of7").combine(mixed);
    assertArrayEquals(first, combined.secret());
    assertEquals(List.of(3, 4, 5, 6), combined.wrong());
  }

  /** What share 3 must be for it to give a secret together with shares 1 and 2. */
  private static byte[] bent(byte[] first, byte[] second, byte[] secret) {
    byte[] frame = Frame.make(new byte[Frame.ID_LENGTH], 0, true, secret, 0, secret.length);
    byte[] third = first.clone();
    for (int i = 0; i < frame.length; i++) {
      // The polynomial through the points (0, frame), (1, first), (2, second), at 3.
      third[4 + i] =
          (byte)
              (weighted(frame[i], 1, 2, 0)
                  ^ weighted(first[4 + i], 0, 2, 1)
                  ^ weighted(second[4 + i], 0, 1, 2));
    }
    return third;
  }

  private static int weighted(byte value, int x, int y, int own) {
    int factor =
        GaloisField.divide(
            GaloisField.multiply(3 ^ x, 3 ^ y), GaloisField.multiply(own ^ x, own ^ y));
    return GaloisField.multiply(value & 0xff, factor);
  }

  @Test
  void aSecretThatOneShareWasBentToByWhoKnowsOthersIsNotBelievedBesideTheRightOne() {
    byte[] secret = SecretSplitterContract.random(12, 1);
    byte[] other = SecretSplitterContract.random(12, 2);
    byte[][] shares = robust("shamir:3of5").split(secret);
    shares[2] = bent(shares[0], shares[1], other);
    byte[][] three = {shares[0], shares[1], shares[2], null, null};
    assertArrayEquals(other, robust("shamir:3of5").combine(three).secret(), "the control");
    byte[][] four = {shares[0], shares[1], shares[2], null, shares[4]};
    String message =
        assertThrows(AmbiguousSharesException.class, () -> robust("shamir:3of5").combine(four))
            .getMessage();
    assertEquals(
        "shares [1, 2, 3] and shares [1, 2, 5] of shamir:3of5 combine to different secrets",
        message);
    RobustSplitter.Combined combined = robust("shamir:3of5").combine(shares);
    assertArrayEquals(secret, combined.secret(), "one wrong of five is at most half to spare");
    assertEquals(List.of(2), combined.wrong());
  }

  /** Counts the bytes that go into products. */
  private static final class CountingKernel implements GaloisKernel {
    private final GaloisKernel kernel = GaloisKernels.named("constant-time");
    private long bytes;

    @Override
    public String name() {
      return "counting";
    }

    @Override
    public boolean constantTime() {
      return true;
    }

    @Override
    public PreparedMatrix prepare(byte[] matrix, int[] inputRows, int[] outputRows) {
      PreparedMatrix prepared = kernel.prepare(matrix, inputRows, outputRows);
      return new PreparedMatrix() {
        @Override
        public int inputs() {
          return prepared.inputs();
        }

        @Override
        public int outputs() {
          return prepared.outputs();
        }

        @Override
        public void multiply(
            byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
          bytes += (long) inputs() * length;
          prepared.multiply(inputs, inputOffset, outputs, outputOffset, length);
        }

        @Override
        public void multiplyAdd(
            byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
          throw new UnsupportedOperationException();
        }

        @Override
        public boolean matches(
            byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void multiply(ByteBuffer[] inputs, ByteBuffer[] outputs) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void multiplyAdd(ByteBuffer[] inputs, ByteBuffer[] outputs) {
          throw new UnsupportedOperationException();
        }

        @Override
        public boolean matches(ByteBuffer[] inputs, ByteBuffer[] outputs) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }

  @Test
  void choicesOfSharesThatAreAltogetherDifferentCostNextToNothing() {
    CountingKernel kernel = new CountingKernel();
    RobustSplitter robust = new RobustSplitter(Shamir.of(5, 20).withKernel(kernel));
    byte[] secret = SecretSplitterContract.random(50_000, 1);
    byte[][] shares = robust.split(secret);
    List<Integer> wrong = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      // Ten of the fifteen to spare, in front: nearly all of the 15,504 choices are tried.
      System.arraycopy(SecretSplitterContract.random(50_000, i), 0, shares[i], 4, 50_000);
      wrong.add(i);
    }
    kernel.bytes = 0;
    RobustSplitter.Combined combined = robust.combine(shares);
    assertArrayEquals(secret, combined.secret());
    assertEquals(wrong, combined.wrong());
    assertTrue(kernel.bytes < 50_000_000, kernel.bytes + " bytes were multiplied");
  }

  @Test
  void aKnownSecretCannotBeShiftedByFewerThanThresholdLiars() {
    // Shamir is malleable: adding a polynomial to t-1 shares shifts the secret predictably where
    // only
    // t shares are given. The nonce inside the frame makes the hash unpredictable to whoever does
    // it.
    byte[] secret = new byte[16];
    byte[][] shares = robust("shamir:2of2").split(secret);
    for (int at = 4; at < shares[0].length; at++) {
      byte[][] shifted = {shares[0].clone(), shares[1]};
      shifted[0][at] ^= 0x5a;
      assertThrows(CryptoException.class, () -> robust("shamir:2of2").combine(shifted));
    }
  }

  @Test
  void tooFewSharesAreSaidToBeTooFew() {
    byte[][] shares = robust("shamir:3of5").split(new byte[4]);
    byte[][] two = {shares[0], new byte[3], shares[2], new byte[0], new byte[99]};
    String message =
        assertThrows(TooFewSharesException.class, () -> robust("shamir:3of5").combine(two))
            .getMessage();
    assertEquals("2 usable shares of shamir:3of5, which needs 3", message);
  }

  @Test
  void lengthIsHiddenUpToPadding() {
    assertEquals(robust("shamir:2of3").shareLength(1000), robust("shamir:2of3").shareLength(1001));
    for (int n = 0; n < 200_000; n += 1 + n / 50) {
      int padded = Frame.padded(n);
      assertTrue(padded >= n && padded <= n * 1.12 + 1, "padding of " + n + " to " + padded);
      assertEquals(padded, Frame.padded(padded), "padding a padded length changes nothing");
    }
  }

  @Test
  void anyNoiseIsRefusedWithATypedError() {
    Random random = new Random(9);
    for (int round = 0; round < 500; round++) {
      byte[][] noise = new byte[5][];
      for (int i = 0; i < 5; i++) {
        noise[i] = new byte[random.nextInt(200)];
        random.nextBytes(noise[i]);
        if (noise[i].length >= 4 && random.nextBoolean()) {
          System.arraycopy(new byte[] {0, 0, 0, (byte) (noise[i].length - 4)}, 0, noise[i], 0, 4);
        }
      }
      assertThrows(CryptoException.class, () -> robust("shamir:3of5").combine(noise));
    }
  }

  @Test
  void locatorFindsUpToHalfTheSpareValues() {
    long seed = 4;
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      int n = 2 + random.nextInt(25);
      int t = 1 + random.nextInt(n);
      int[] xs = choose(255, n, random).stream().map(x -> x + 1).toArray();
      int[] ys = new int[n];
      int[] p = random.ints(t, 0, 256).toArray();
      for (int i = 0; i < n; i++) {
        for (int j = t - 1; j >= 0; j--) {
          ys[i] = GaloisField.multiply(ys[i], xs[i]) ^ p[j];
        }
      }
      BitSet bad = choose(n, random.nextInt((n - t) / 2 + 1), random);
      bad.stream().forEach(i -> ys[i] ^= 1 + random.nextInt(255));
      assertEquals(bad, ErrorLocator.locate(xs, ys, t), "seed %d, round %d".formatted(seed, round));
    }
  }
}
