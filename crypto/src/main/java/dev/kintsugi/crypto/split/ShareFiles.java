package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.RandomBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;

/**
 * Splits channels or streams of any length into self-describing share files and combines them, in
 * pieces of bounded memory: all shares of a piece twice and the piece four times, at most some 150
 * MiB. Where shares are wrong, all shares of a piece up to four times; where files claim one share
 * and differ, another share for each. Shares that were re-shared to many more keep their pieces of
 * a MiB, which makes 600 MiB of 255; other software may have made pieces of up to 16 MiB. Channels
 * must be blocking.
 *
 * <p>Guarantee: {@link #combine} writes only bytes that were split, in order, each piece after it
 * proved itself, and returns normally only after the last piece; wrong, damaged, foreign, stale,
 * duplicate and missing shares are named. If files claim to be the same share and differ, the right
 * one is used and the others are named; up to {@value Contenders#MAX_CHOICES} choices are tried. As
 * {@link RobustSplitter}, up to {@code privacy()} shares may be wrong on purpose, and as many may
 * be damaged as the splitter can miss, different ones in every piece. Stateless and thread-safe;
 * streams stay the caller's and are not closed.
 */
public final class ShareFiles {
  /** Bytes of the secret in one piece, the last excepted, of splitters with up to 64 shares. */
  public static final int PIECE_LENGTH = 1 << 20;

  /** Bytes of all shares of one piece, about, of splitters with more shares. */
  private static final int ALL_SHARES_OF_A_PIECE = 64 << 20;

  private ShareFiles() {}

  /**
   * A share file to read.
   *
   * @param name what to call it in reports
   * @param stream its bytes
   */
  public record Input(String name, InputStream stream) {
    /**
     * A share file in a channel.
     *
     * @param name what to call it in reports
     * @param channel its bytes, from where it stands
     */
    public Input(String name, ReadableByteChannel channel) {
      this(name, Channels.newInputStream(channel));
    }
  }

  /**
   * Splits a stream.
   *
   * @param splitter the mathematics
   * @param secret read to its end
   * @param outputs one stream for each share, by position
   * @return how many bytes were split
   * @throws IllegalArgumentException if there are not {@code splitter.shares()} outputs
   * @throws IOException if reading or writing fails
   */
  public static long split(SecretSplitter splitter, InputStream secret, List<OutputStream> outputs)
      throws IOException {
    return split(splitter, secret, outputs, pieceLength(splitter.shares()));
  }

  /**
   * Splits what a channel holds, from where it stands.
   *
   * @param splitter the mathematics
   * @param secret read to its end
   * @param outputs one channel for each share, by position
   * @return how many bytes were split
   * @throws IllegalArgumentException if there are not {@code splitter.shares()} outputs
   * @throws IOException if reading or writing fails
   */
  public static long split(
      SecretSplitter splitter,
      ReadableByteChannel secret,
      List<? extends WritableByteChannel> outputs)
      throws IOException {
    return split(
        splitter,
        Channels.newInputStream(secret),
        outputs.stream().map(Channels::newOutputStream).toList());
  }

  /** Returns a piece length that bounds memory also with many shares. */
  static int pieceLength(int shares) {
    return Math.min(PIECE_LENGTH, Integer.highestOneBit(ALL_SHARES_OF_A_PIECE / shares));
  }

  static long split(
      SecretSplitter splitter, InputStream secret, List<OutputStream> outputs, int pieceLength)
      throws IOException {
    byte[] id = RandomBytes.next(Frame.ID_LENGTH);
    ShareHeader header =
        new ShareHeader(splitter, id, RandomBytes.next(Frame.ID_LENGTH), 0, 0, pieceLength);
    ShareRecords.Writer[] writers = writers(header, outputs);
    byte[] piece = new byte[pieceLength];
    byte[] ahead = new byte[pieceLength];
    try {
      long total = 0;
      int length = secret.readNBytes(piece, 0, pieceLength);
      for (long number = 0; ; number++) {
        int next = length < pieceLength ? 0 : secret.readNBytes(ahead, 0, pieceLength);
        byte[] frame = Frame.make(id, number, next == 0, piece, 0, length);
        try {
          write(writers, RobustSplitter.split(splitter, frame));
        } finally {
          Arrays.fill(frame, (byte) 0);
        }
        total += length;
        if (next == 0) {
          finish(writers);
          return total;
        }
        byte[] swap = piece;
        piece = ahead;
        ahead = swap;
        length = next;
      }
    } finally {
      Arrays.fill(piece, (byte) 0);
      Arrays.fill(ahead, (byte) 0);
    }
  }

  /**
   * Combines share files.
   *
   * @param inputs share files, in any order, of any content
   * @param secret receives the secret; on failure it has received whole, right pieces from the
   *     start
   * @return what was found out about each file
   * @throws TooFewSharesException if some piece has too few usable shares
   * @throws AuthenticationFailedException if no choice of shares gives some piece
   * @throws AmbiguousSharesException if there are enough shares of two splits, or of two
   *     generations of one, or some piece could be two different ones; the message names the files
   * @throws MalformedRecordException if none of the files is a share file
   * @throws IOException if reading or writing fails
   */
  public static ShareReport combine(List<Input> inputs, OutputStream secret) throws IOException {
    ShareSet set = ShareSet.open(inputs).unambiguous();
    byte[] id = set.header().splitId();
    long bytes = 0;
    for (long number = 0; ; number++) {
      byte[][][] shares = set.next();
      WrongShares.Result found;
      try {
        found = new Contenders(set.splitter(), id, number, set.distrusted()).combine(shares);
      } catch (TooFewSharesException e) {
        throw new TooFewSharesException(explained(e, set.report(number, bytes)));
      } catch (AuthenticationFailedException e) {
        throw new AuthenticationFailedException(explained(e, set.report(number, bytes)), e);
      } catch (AmbiguousSharesException e) {
        throw new AmbiguousSharesException(explained(e, set.report(number, bytes)));
      }
      set.judge(found);
      byte[] data = Frame.data(found.frame());
      boolean last = Frame.last(found.frame());
      Arrays.fill(found.frame(), (byte) 0);
      try {
        secret.write(data);
      } finally {
        Arrays.fill(data, (byte) 0);
      }
      bytes += data.length;
      if (last) {
        set.expectEnd();
        return set.report(number + 1, bytes);
      }
    }
  }

  /**
   * Combines share files into a channel; otherwise as {@link #combine(List, OutputStream)}.
   *
   * @param inputs share files, in any order, of any content
   * @param secret receives the secret; on failure it has received whole, right pieces from the
   *     start
   * @return what was found out about each file
   * @throws TooFewSharesException if some piece has too few usable shares
   * @throws AuthenticationFailedException if no choice of shares gives some piece
   * @throws AmbiguousSharesException if the files suffice for two secrets
   * @throws MalformedRecordException if none of the files is a share file
   * @throws IOException if reading or writing fails
   */
  public static ShareReport combine(List<Input> inputs, WritableByteChannel secret)
      throws IOException {
    return combine(inputs, Channels.newOutputStream(secret));
  }

  private static String explained(CryptoException e, ShareReport report) {
    return "piece %d: %s; %s".formatted(report.pieces(), e.getMessage(), describe(report));
  }

  private static String describe(ShareReport report) {
    StringBuilder text =
        new StringBuilder(
            report.missing().isEmpty()
                ? "no share is missing"
                : "missing shares " + report.missing());
    for (ShareReport.Verdict v : report.verdicts()) {
      if (v.status() != ShareReport.Status.GOOD) {
        text.append(", ").append(v.name()).append(": ").append(v.status()).append(' ');
        text.append("(").append(v.detail()).append(')');
      }
    }
    return text.toString();
  }

  /**
   * Tells which files belong together and what is wrong with the others, without combining them:
   * reads each to its end and checks its checksums. {@link ShareReport.Status#WRONG} shares are not
   * found, because only combining finds them.
   *
   * @param inputs share files, in any order, of any content
   * @return what was found out about each file
   * @throws MalformedRecordException if none of the files is a share file
   * @throws IOException if reading fails
   */
  public static ShareReport examine(List<Input> inputs) throws IOException {
    ShareSet set = ShareSet.open(inputs);
    long pieces = 0;
    while (!set.ended()) {
      pieces += Arrays.stream(set.next()).allMatch(p -> p.length == 0) ? 0 : 1;
    }
    return set.report(pieces, 0);
  }

  /**
   * Reads the headers of share files.
   *
   * @param inputs share files, in any order, of any content
   * @return the header of a share of the sharing that they suffice for, or else of the one that
   *     most of them belong to
   * @throws MalformedRecordException if none of the files is a share file
   * @throws AmbiguousSharesException if they suffice for two
   * @throws IOException if reading fails
   */
  public static ShareHeader header(List<Input> inputs) throws IOException {
    return ShareSet.open(inputs).unambiguous().header();
  }

  /**
   * Reads what a share file says about itself, and checks its checksums to the end.
   *
   * @param input the share file
   * @return the report on this file alone
   * @throws CryptoException if it is no share file
   * @throws IOException if reading fails
   */
  public static ShareReport inspect(Input input) throws IOException {
    return examine(List.of(input));
  }

  static ShareRecords.Writer[] writers(ShareHeader header, List<OutputStream> outputs)
      throws IOException {
    if (outputs.size() != header.splitter().shares()) {
      throw new IllegalArgumentException(
          "%d outputs given, %s has %d shares"
              .formatted(outputs.size(), header.splitter(), header.splitter().shares()));
    }
    ShareRecords.Writer[] writers = new ShareRecords.Writer[outputs.size()];
    for (int i = 0; i < writers.length; i++) {
      writers[i] = new ShareRecords.Writer(outputs.get(i), header.at(i));
    }
    return writers;
  }

  static void write(ShareRecords.Writer[] writers, byte[][] shares) throws IOException {
    for (int i = 0; i < writers.length; i++) {
      writers[i].write(shares[i]);
    }
  }

  static void finish(ShareRecords.Writer[] writers) throws IOException {
    for (ShareRecords.Writer writer : writers) {
      writer.finish();
    }
  }
}
