package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.UnsupportedVersionException;
import dev.kintsugi.crypto.split.ShareReport.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShareFilesTest {
  private static final int PIECE = 1000;

  /** What combining gave. */
  // A test value that nothing compares.
  @SuppressWarnings("ArrayRecordComponent")
  private record Out(byte[] secret, ShareReport report) {
    Status status(int input) {
      return report.verdicts().stream()
          .filter(v -> v.name().equals("file" + input))
          .findFirst()
          .orElseThrow()
          .status();
    }
  }

  private static byte[][] split(String name, byte[] secret) throws IOException {
    SecretSplitter splitter = SecretSplitter.parse(name);
    List<OutputStream> outs = outputs(splitter.shares());
    assertEquals(
        secret.length, ShareFiles.split(splitter, new ByteArrayInputStream(secret), outs, PIECE));
    return bytes(outs);
  }

  private static List<OutputStream> outputs(int n) {
    List<OutputStream> outs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      outs.add(new ByteArrayOutputStream());
    }
    return outs;
  }

  private static byte[][] bytes(List<OutputStream> outs) {
    return outs.stream().map(o -> ((ByteArrayOutputStream) o).toByteArray()).toArray(byte[][]::new);
  }

  private static List<ShareFiles.Input> inputs(byte[]... files) {
    List<ShareFiles.Input> inputs = new ArrayList<>();
    for (int i = 0; i < files.length; i++) {
      inputs.add(new ShareFiles.Input("file" + i, new ByteArrayInputStream(files[i])));
    }
    return inputs;
  }

  private static Out combine(byte[]... files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ShareReport report = ShareFiles.combine(inputs(files), out);
    return new Out(out.toByteArray(), report);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"shamir:3of5", "xor:3", "potshards:2x2of3", "aont-rs:4+2", "krawczyk:3of5"})
  void streamsOfEveryLengthComeBack(String name) throws IOException {
    for (int n : new int[] {0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 10 * PIECE + 17}) {
      byte[] secret = SecretSplitterContract.random(n, n);
      Out out = combine(split(name, secret));
      assertArrayEquals(secret, out.secret());
      assertTrue(out.report().clean());
      assertEquals(List.of(), out.report().missing());
      assertEquals(n, out.report().bytes());
    }
  }

  @Test
  void anyThreeFilesInAnyOrderSufficeAndMissingOnesAreNamed() throws IOException {
    byte[] secret = SecretSplitterContract.random(2500, 1);
    byte[][] f = split("shamir:3of5", secret);
    Out out = combine(f[4], f[1], f[3]);
    assertArrayEquals(secret, out.secret());
    assertEquals(List.of(1, 3), out.report().missing());
    String message =
        assertThrows(TooFewSharesException.class, () -> combine(f[4], f[1])).getMessage();
    assertTrue(String.valueOf(message).contains("missing shares [1, 3, 4]"), message);
  }

  @Test
  void damagedWrongForeignStaleDuplicateAndUnreadableFilesAreNamed() throws IOException {
    byte[] secret = SecretSplitterContract.random(2500, 1);
    byte[][] f = split("shamir:2of6", secret);
    byte[][] foreign = split("shamir:2of6", secret);
    List<OutputStream> fresh = outputs(6);
    ShareMaintenance.refresh(inputs(f), fresh);
    byte[] damaged = f[1].clone();
    damaged[damaged.length / 2] ^= 1;
    byte[] wrong = rewritten(f[2], piece -> piece[piece.length / 2] ^= 1);
    Out out =
        combine(f[0], damaged, wrong, foreign[3], bytes(fresh)[3], f[0], new byte[100], f[4], f[5]);
    assertArrayEquals(secret, out.secret());
    Status[] expected = {
      Status.GOOD,
      Status.DAMAGED,
      Status.WRONG,
      Status.FOREIGN,
      Status.STALE,
      Status.DUPLICATE,
      Status.UNREADABLE,
      Status.GOOD,
      Status.GOOD
    };
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], out.status(i), "file " + i);
    }
    assertEquals(List.of(4), out.report().missing());
    assertFalse(out.report().clean());
  }

  @Test
  void aDamagedFileDoesNotHideAGoodCopyOfItsShare() throws IOException {
    byte[] secret = SecretSplitterContract.random(2500, 1);
    byte[][] f = split("shamir:3of5", secret);
    byte[] damaged = f[1].clone();
    damaged[damaged.length / 2] ^= 1;
    for (byte[][] files :
        new byte[][][] {{f[0], damaged, f[1], f[2]}, {f[0], f[1], damaged, f[2]}}) {
      Out out = combine(files);
      assertArrayEquals(secret, out.secret());
      assertEquals(files[1] == damaged ? Status.DAMAGED : Status.GOOD, out.status(1));
      assertEquals(files[2] == damaged ? Status.DAMAGED : Status.GOOD, out.status(2));
      assertEquals(List.of(4, 5), out.report().missing());
      List<OutputStream> outs = outputs(2);
      ShareMaintenance.reshare(inputs(files), Shamir.of(2, 2), outs);
      assertArrayEquals(secret, combine(bytes(outs)).secret());
    }
    // Two copies, each damaged where the other is not.
    byte[] elsewhere = f[1].clone();
    elsewhere[150] ^= 1;
    Out out = combine(damaged, elsewhere, f[0], f[2]);
    assertArrayEquals(secret, out.secret());
    assertEquals(Status.DAMAGED, out.status(0));
    assertEquals(Status.DAMAGED, out.status(1));
    // The control: both damaged in one place leave too few.
    assertThrows(TooFewSharesException.class, () -> combine(damaged, damaged, f[0], f[2]));
  }

  @Test
  void aWrongFileDoesNotHideTheRightOneOfItsShare() throws IOException {
    byte[] secret = SecretSplitterContract.random(2500, 1);
    byte[][] f = split("shamir:3of5", secret);
    byte[] wrong = rewritten(f[1], piece -> piece[piece.length / 2] ^= 1);
    byte[] worse = rewritten(f[1], piece -> piece[piece.length / 3] ^= 1);
    for (byte[][] files :
        new byte[][][] {
          {f[0], wrong, worse, f[1], f[2]},
          {wrong, f[1], worse, f[2], f[0]},
          {f[1], wrong, f[1], worse, f[2], f[0]}
        }) {
      Out out = combine(files);
      assertArrayEquals(secret, out.secret());
      boolean seen = false;
      for (int i = 0; i < files.length; i++) {
        boolean right = files[i] != wrong && files[i] != worse;
        Status good = seen && files[i] == f[1] ? Status.DUPLICATE : Status.GOOD;
        seen |= files[i] == f[1];
        assertEquals(right ? good : Status.WRONG, out.status(i), "file " + i);
      }
      assertThrows(
          AuthenticationFailedException.class,
          () -> ShareMaintenance.reshare(inputs(files), Shamir.of(2, 2), outputs(2)));
    }
    assertThrows(AuthenticationFailedException.class, () -> combine(f[0], wrong, worse, f[2]));
  }

  @Test
  void rightFilesAreFoundBehindWrongOnesOfHalfTheShares() throws IOException {
    byte[] secret = SecretSplitterContract.random(2500, 1);
    byte[][] f = split("shamir:10of30", secret);
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      if (i < 15) {
        byte error = (byte) (1 + 17 * i * i);
        files.add(rewritten(f[i], piece -> piece[40] ^= error));
      }
      files.add(f[i]);
    }
    Out out = combine(files.toArray(byte[][]::new));
    assertArrayEquals(secret, out.secret());
    for (int i = 0; i < files.size(); i++) {
      assertEquals(i < 30 && i % 2 == 0 ? Status.WRONG : Status.GOOD, out.status(i), "file " + i);
    }
  }

  @Test
  void filesThatClaimTheSharesOfAnotherSecretAreNotBelieved() throws IOException {
    byte[][] f = split("shamir:2of3", new byte[10]);
    byte[][] forged = forged(f, new byte[] {1, 2, 3});
    String message =
        assertThrows(
                AmbiguousSharesException.class, () -> combine(forged[0], f[0], forged[1], f[1]))
            .getMessage();
    assertTrue(String.valueOf(message).contains("combine to another secret"), message);
    assertThrows(
        AmbiguousSharesException.class, () -> combine(f[0], f[1], f[2], forged[0], forged[2]));
    assertThrows(AmbiguousSharesException.class, () -> combine(f[0], forged[0], forged[1], f[2]));
    // The controls: forged ones alone combine, and too few of them are only wrong.
    assertArrayEquals(new byte[] {1, 2, 3}, combine(forged[0], forged[2]).secret());
    Out out = combine(forged[0], f[0], f[1]);
    assertArrayEquals(new byte[10], out.secret());
    assertEquals(Status.WRONG, out.status(0));
  }

  /** Makes shares of a short secret under the headers of others. */
  private static byte[][] forged(byte[][] files, byte[] secret) throws IOException {
    byte[][] forged = new byte[files.length][];
    ShareHeader header = ShareHeader.read(new ByteArrayInputStream(files[0]));
    byte[] frame = Frame.make(header.splitId(), 0, true, secret, 0, secret.length);
    byte[][] shares = RobustSplitter.split(header.splitter(), frame);
    for (int i = 0; i < files.length; i++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ShareRecords.Writer writer = new ShareRecords.Writer(out, header.at(i));
      writer.write(shares[i]);
      writer.finish();
      forged[i] = out.toByteArray();
    }
    return forged;
  }

  @Test
  void twoCompleteSecretsAreNotGuessedBetween() throws IOException {
    byte[][] a = split("shamir:2of3", new byte[] {1});
    byte[][] b = split("shamir:3of5", new byte[] {2});
    String message =
        assertThrows(
                AmbiguousSharesException.class, () -> combine(a[0], b[0], b[1], a[2], b[4], b[3]))
            .getMessage();
    for (String word :
        new String[] {"[file0, file3] of split", "[file1, file2, file4, file5] of"}) {
      assertTrue(String.valueOf(message).contains(word), message);
    }
    List<OutputStream> fresh = outputs(3);
    ShareMaintenance.refresh(inputs(a), fresh);
    byte[][] next = bytes(fresh);
    message =
        assertThrows(
                AmbiguousSharesException.class, () -> combine(a[0], a[1], next[1], next[2], a[2]))
            .getMessage();
    assertTrue(String.valueOf(message).contains("generation 1"), message);
    assertThrows(
        AmbiguousSharesException.class,
        () -> ShareMaintenance.refresh(inputs(a[0], a[1], a[2], b[0], b[1], b[2]), outputs(3)));
    assertThrows(
        AmbiguousSharesException.class,
        () -> ShareFiles.header(inputs(a[0], a[1], b[0], b[1], b[2])));
    // Looking at them is not guessing.
    ShareReport report = ShareFiles.examine(inputs(a[0], a[1], b[0], b[1], b[2]));
    assertTrue(
        report.verdicts().stream().anyMatch(v -> v.detail().contains("enough shares are here")));
    // The control: one share less of either and there is an answer.
    assertArrayEquals(new byte[] {2}, combine(a[0], b[0], b[1], b[4]).secret());
    assertArrayEquals(new byte[] {1}, combine(a[0], b[0], b[1], a[1]).secret());
  }

  @Test
  void sharesThatSufficeArePreferredToMoreThatDoNot() throws IOException {
    byte[][] xor = split("xor:4", new byte[] {1});
    byte[][] f = split("shamir:2of3", new byte[] {2});
    Out out = combine(xor[0], xor[1], xor[2], f[0], f[2]);
    assertArrayEquals(new byte[] {2}, out.secret());
    assertEquals(Status.FOREIGN, out.status(0));
  }

  /** Alters the payload of every piece and mends the checksums. */
  private static byte[] rewritten(byte[] file, java.util.function.Consumer<byte[]> edit)
      throws IOException {
    InputStream in = new ByteArrayInputStream(file);
    ShareHeader header = ShareHeader.read(in);
    ShareRecords.Reader reader = new ShareRecords.Reader(in, header);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ShareRecords.Writer writer = new ShareRecords.Writer(out, header);
    for (byte[] piece = reader.next(); piece != null; piece = reader.next()) {
      edit.accept(piece);
      writer.write(piece);
    }
    writer.finish();
    return out.toByteArray();
  }

  @Test
  void damageInDifferentFilesOfDifferentPiecesIsSurvived() throws IOException {
    byte[] secret = SecretSplitterContract.random(10 * PIECE, 1);
    byte[][] f = split("shamir:3of5", secret);
    int record = (f[0].length - 16 - 7 - "shamir:3of5".length() - 45) / 10;
    for (int i = 0; i < 5; i++) {
      // Two pieces of each file, so that no piece loses more than two of its shares.
      f[i][f[i].length - 16 - record * (2 * i + 1) + 20] ^= 1;
      f[i][f[i].length - 16 - record * (2 * i + 2) + 20] ^= 1;
    }
    Out out = combine(f);
    assertArrayEquals(secret, out.secret());
    for (int i = 0; i < 5; i++) {
      assertEquals(Status.DAMAGED, out.status(i));
    }
    List<OutputStream> fresh = outputs(4);
    ShareMaintenance.reshare(inputs(f), Shamir.of(2, 4), fresh);
    assertArrayEquals(secret, combine(bytes(fresh)).secret());
    // The control: of the end at least as many must be sound.
    for (int i = 0; i < 3; i++) {
      f[i][f[i].length - 1] ^= 1;
    }
    assertThrows(
        TooFewSharesException.class,
        () -> ShareMaintenance.reshare(inputs(f), Shamir.of(2, 4), outputs(4)));
  }

  @Test
  void everyBitFlipAndEveryCutOfOneFileIsSurvivedAndSeen() throws IOException {
    byte[] secret = SecretSplitterContract.random(30, 1);
    byte[][] f = split("shamir:2of3", secret);
    for (int bit = 0; bit < 8 * f[0].length; bit++) {
      byte[] bad = f[0].clone();
      bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      Out out = combine(bad, f[1], f[2]);
      assertArrayEquals(secret, out.secret(), "bit " + bit);
      assertFalse(out.report().clean(), "bit " + bit);
    }
    for (int n = 0; n < f[0].length; n++) {
      Out out = combine(Arrays.copyOf(f[0], n), f[1], f[2]);
      assertArrayEquals(secret, out.secret(), "cut at " + n);
      assertFalse(out.report().clean(), "cut at " + n);
    }
    assertFalse(combine(Arrays.copyOf(f[0], f[0].length + 1), f[1], f[2]).report().clean());
  }

  @Test
  void everyBitFlipOfOneOfJustEnoughFilesIsNeverAWrongSecret() throws IOException {
    byte[] secret = SecretSplitterContract.random(30, 1);
    byte[][] f = split("shamir:2of3", secret);
    int refused = 0;
    for (int bit = 0; bit < 8 * f[0].length; bit++) {
      byte[] bad = f[0].clone();
      bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      try {
        assertArrayEquals(secret, combine(bad, f[1]).secret(), "bit " + bit);
      } catch (CryptoException e) {
        refused++;
      }
    }
    assertTrue(refused > 6 * f[0].length, "only the trailer may be damaged without loss");
  }

  @Test
  void piecesCannotBeDroppedSwappedOrCutOffEvenInAllFiles() throws IOException {
    byte[] secret = SecretSplitterContract.random(4 * PIECE, 1);
    byte[][] f = split("shamir:2of3", secret);
    int[][] orders = {{0, 1, 2}, {1, 0, 2, 3}, {0, 0, 1, 2, 3}, {1, 2, 3}, {0, 1, 3}, {3}};
    for (int[] order : orders) {
      byte[][] edited = new byte[3][];
      for (int i = 0; i < 3; i++) {
        edited[i] = reordered(f[i], order);
      }
      assertThrows(CryptoException.class, () -> combine(edited), Arrays.toString(order));
    }
    // The negative control: the same rewriting in the right order is accepted.
    byte[] same = reordered(f[0], 0, 1, 2, 3);
    assertArrayEquals(f[0], same);
  }

  private static byte[] reordered(byte[] file, int... order) throws IOException {
    InputStream in = new ByteArrayInputStream(file);
    ShareHeader header = ShareHeader.read(in);
    ShareRecords.Reader reader = new ShareRecords.Reader(in, header);
    List<byte[]> pieces = new ArrayList<>();
    for (byte[] piece = reader.next(); piece != null; piece = reader.next()) {
      pieces.add(piece);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ShareRecords.Writer writer = new ShareRecords.Writer(out, header);
    for (int i : order) {
      writer.write(pieces.get(i));
    }
    writer.finish();
    return out.toByteArray();
  }

  @Test
  void refreshedFilesCombineAmongThemselvesOnly() throws IOException {
    byte[] secret = SecretSplitterContract.random(3500, 2);
    byte[][] old = split("shamir:3of5", secret);
    List<OutputStream> outs = outputs(5);
    ShareReport report = ShareMaintenance.refresh(inputs(old), outs);
    assertTrue(report.clean());
    byte[][] fresh = bytes(outs);
    Out out = combine(fresh[0], fresh[2], fresh[3]);
    assertArrayEquals(secret, out.secret());
    assertEquals(1, out.report().header().generation());
    assertThrows(TooFewSharesException.class, () -> combine(old[0], old[1], fresh[2], fresh[3]));
    assertThrows(
        TooFewSharesException.class,
        () -> ShareMaintenance.refresh(inputs(old[0], old[1], old[2], old[3]), outputs(5)));
  }

  @Test
  void refreshRefusesSharesThatDoNotFit() throws IOException {
    byte[][] old = split("shamir:3of5", SecretSplitterContract.random(3500, 2));
    old[1] = rewritten(old[1], piece -> piece[50] ^= 1);
    assertThrows(
        AuthenticationFailedException.class,
        () -> ShareMaintenance.refresh(inputs(old), outputs(5)));
    assertThrows(
        IllegalArgumentException.class,
        () -> ShareMaintenance.refresh(inputs(split("xor:3", new byte[1])), outputs(3)));
  }

  @Test
  void resharedFilesHaveTheNewThreshold() throws IOException {
    byte[] secret = SecretSplitterContract.random(3500, 2);
    byte[][] old = split("shamir:3of5", secret);
    List<OutputStream> outs = outputs(7);
    ShareMaintenance.reshare(inputs(old[4], old[0], old[1]), Shamir.of(4, 7), outs);
    byte[][] fresh = bytes(outs);
    assertArrayEquals(secret, combine(fresh[0], fresh[2], fresh[3], fresh[6]).secret());
    assertThrows(TooFewSharesException.class, () -> combine(fresh[0], fresh[2], fresh[3]));
    assertThrows(
        TooFewSharesException.class,
        () -> ShareMaintenance.reshare(inputs(old[0], old[1]), Shamir.of(2, 2), outputs(2)));
    byte[] cut = Arrays.copyOf(old[0], old[0].length - 16);
    assertThrows(
        TooFewSharesException.class,
        () -> ShareMaintenance.reshare(inputs(cut, old[1], old[2]), Shamir.of(2, 2), outputs(2)));
  }

  @Test
  void inspectTellsWhatAShareSaysOfItself() throws IOException {
    byte[][] f = split("shamir:3of5", new byte[2 * PIECE + 1]);
    ShareReport report = ShareFiles.inspect(inputs(f[2]).get(0));
    assertEquals(3, report.header().number());
    assertEquals(3, report.pieces());
    assertEquals(Status.GOOD, report.verdicts().get(0).status());
    f[2][f[2].length - 1] ^= 1;
    assertEquals(
        Status.DAMAGED, ShareFiles.inspect(inputs(f[2]).get(0)).verdicts().get(0).status());
  }

  @Test
  void hostileHeadersAreRefusedWithTypedErrors() throws IOException {
    byte[] f = split("shamir:3of5", new byte[1])[0];
    assertThrows(MalformedRecordException.class, () -> combine(new byte[0], new byte[1000]));
    assertThrows(MalformedRecordException.class, ShareFilesTest::combine);
    byte[] version = f.clone();
    version[5] = 2;
    assertThrows(
        UnsupportedVersionException.class,
        () -> ShareHeader.read(new ByteArrayInputStream(version)));
    Random random = new Random(1);
    for (int round = 0; round < 2000; round++) {
      byte[] edited = Arrays.copyOf(f, 66);
      edited[6 + random.nextInt(56)] = (byte) random.nextInt();
      edited[6 + random.nextInt(56)] = (byte) random.nextInt();
      int headerLength = 7 + (edited[6] & 0xff) + 45;
      if (headerLength <= edited.length) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(edited, 0, headerLength - 4);
        ByteBuffer.wrap(edited).putInt(headerLength - 4, (int) crc.getValue());
      }
      try {
        ShareHeader.read(new ByteArrayInputStream(edited));
      } catch (CryptoException expected) {
        assertFalse(String.valueOf(expected.getMessage()).isEmpty());
      }
    }
  }

  @Test
  void claimedLengthsDoNotAllocate() throws IOException {
    byte[][] f = split("shamir:2of3", new byte[10]);
    int headerLength = 7 + "shamir:2of3".length() + 45;
    for (int claimed : new int[] {Integer.MAX_VALUE, -1, PIECE + 10_000}) {
      byte[] bad = f[0].clone();
      ByteBuffer.wrap(bad).putInt(headerLength, claimed);
      assertArrayEquals(new byte[10], combine(bad, f[1], f[2]).secret());
    }
  }

  /** Share files written by version 1 must always combine. */
  @ParameterizedTest
  @CsvSource({
    "'', shamir:2of3, 1234, 0",
    "xor-, xor:2, 150, 0",
    "potshards-, potshards:2x2of3, 150, 0",
    "aont-rs-, aont-rs:2+1, 150, 0",
    "krawczyk-, krawczyk:2of3, 150, 0",
    "refreshed-, shamir:2of3, 150, 1"
  })
  void goldenFilesOfEverySchemeCombine(String prefix, String scheme, int length, int generation)
      throws IOException {
    SecretSplitter splitter = SecretSplitter.parse(scheme);
    byte[][] files = new byte[splitter.shares()][];
    BitSet all = new BitSet();
    for (int i = 0; i < files.length; i++) {
      String name = "/golden/share-v1-" + prefix + (i + 1) + ".bin";
      try (InputStream in =
          Objects.requireNonNull(ShareFilesTest.class.getResourceAsStream(name), name)) {
        files[i] = in.readAllBytes();
      }
      all.set(i);
    }
    byte[] secret = SecretSplitterContract.random(length, 99);
    // Together each share is compared with what the others imply.
    Out together = combine(files);
    assertArrayEquals(secret, together.secret());
    assertTrue(together.report().clean());
    assertEquals(splitter, together.report().header().splitter());
    assertEquals(generation, together.report().header().generation());
    for (BitSet some : splitter.minimalBases(all).toList()) {
      byte[][] chosen = some.stream().mapToObj(i -> files[i]).toArray(byte[][]::new);
      assertArrayEquals(secret, combine(chosen).secret(), scheme + " " + some);
    }
  }
}
