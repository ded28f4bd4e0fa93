package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Rewrites Shamir share files without assembling the secret: {@link #refresh} makes old shares
 * worthless, {@link #reshare} changes threshold and number of shares.
 *
 * <p>The new files have the split's id, a new sharing id and the next generation, so that old and
 * new never combine. Memory is bounded by the old shares of one piece. Pieces stay as long as they
 * are, also where there are many more shares than before. Stateless and thread-safe; streams stay
 * the caller's.
 */
public final class ShareMaintenance {
  /** Bytes of each share that are rewritten at a time. */
  private static final int STRIDE = 32 << 10;

  private ShareMaintenance() {}

  /**
   * Adds fresh sharings of zero to all shares.
   *
   * @param inputs all shares of one sharing, each right and undamaged
   * @param outputs one stream for each share, by position
   * @return what was read
   * @throws IllegalArgumentException if the splitter is not {@link Shamir}, or the number of
   *     outputs is not its number of shares
   * @throws TooFewSharesException if a share is missing or damaged: a share left out would be lost.
   *     {@link #reshare} to the same splitter instead
   * @throws AuthenticationFailedException if the shares do not fit each other, or files of one
   *     share differ; the message names the wrong ones if at most (n-t)/2 are
   * @throws AmbiguousSharesException if the files suffice for two sharings
   * @throws IOException if reading or writing fails
   */
  public static ShareReport refresh(List<ShareFiles.Input> inputs, List<OutputStream> outputs)
      throws IOException {
    ShareSet set = ShareSet.open(inputs).unambiguous();
    Shamir shamir = shamir(set);
    return rewrite(
        set,
        shamir,
        outputs,
        shamir.shares(),
        ranges -> {
          byte[][] fresh = ShamirProtocols.zeroSharing(shamir, ranges[0].length);
          for (int i = 0; i < fresh.length; i++) {
            ShamirProtocols.add(fresh[i], ranges[i]);
          }
          return fresh;
        });
  }

  /**
   * Re-shares to another threshold or number of shares.
   *
   * @param inputs at least as many shares of one sharing as the old threshold; if there are more,
   *     they are checked against each other
   * @param to the new splitter
   * @param outputs one stream for each new share, by position
   * @return what was read
   * @throws IllegalArgumentException if the old splitter is not {@link Shamir}, or the number of
   *     outputs is not the new number of shares
   * @throws TooFewSharesException if some piece has too few undamaged shares, or too few files have
   *     an undamaged end
   * @throws AuthenticationFailedException if the shares do not fit each other, or files of one
   *     share differ; the message names the wrong ones if at most (n'-t)/2 of the n' given are
   * @throws AmbiguousSharesException if the files suffice for two sharings
   * @throws IOException if reading or writing fails
   */
  public static ShareReport reshare(
      List<ShareFiles.Input> inputs, Shamir to, List<OutputStream> outputs) throws IOException {
    ShareSet set = ShareSet.open(inputs).unambiguous();
    Shamir from = shamir(set);
    return rewrite(
        set,
        to,
        outputs,
        from.threshold(),
        ranges -> {
          int[] holders = SecretSplitter.first(from.present(ranges), from.threshold());
          byte[] factors = from.lagrange(holders);
          byte[][] fresh = new byte[to.shares()][ranges[holders[0]].length];
          for (int h = 0; h < holders.length; h++) {
            // What a holder contributes to the secret, split; nobody adds up the contributions.
            byte[] own = from.linear(new byte[] {factors[h]}, new byte[][] {ranges[holders[h]]});
            byte[][] sub = ShamirProtocols.subShares(to, own);
            for (int j = 0; j < fresh.length; j++) {
              ShamirProtocols.add(fresh[j], sub[j]);
            }
            Arrays.fill(own, (byte) 0);
          }
          return fresh;
        });
  }

  private static Shamir shamir(ShareSet set) {
    if (set.splitter() instanceof Shamir shamir) {
      return shamir;
    }
    throw new IllegalArgumentException(
        "only shamir shares can be rewritten without the secret, not " + set.splitter());
  }

  /** Turns a range of the shares of a piece, null where missing, into that of new ones. */
  private interface Step {
    byte[][] apply(byte[][] ranges);
  }

  private static ShareReport rewrite(
      ShareSet set, Shamir to, List<OutputStream> outputs, int needed, Step step)
      throws IOException {
    Shamir from = shamir(set);
    ShareHeader old = set.header();
    if (old.generation() == Integer.MAX_VALUE) {
      throw new MalformedRecordException(
          "shares of generation %d: there is none after it".formatted(old.generation()));
    }
    ShareHeader header =
        new ShareHeader(
            to,
            old.splitId(),
            RandomBytes.next(Frame.ID_LENGTH),
            old.generation() + 1,
            0,
            old.pieceLength());
    ShareRecords.Writer[] writers = ShareFiles.writers(header, outputs);
    for (long number = 0; ; number++) {
      byte[][] shares = set.nextAlike(number);
      BitSet present = from.present(shares);
      if (present.isEmpty() && number > 0) {
        BitSet ending = set.endingAfter(number);
        if (ending.cardinality() < needed) {
          throw new TooFewSharesException(
              "only shares %s have an undamaged end after %d pieces, %d are needed"
                  .formatted(WrongShares.numbers(ending), number, needed));
        }
        ShareFiles.finish(writers);
        return set.report(number, 0);
      }
      if (present.cardinality() < needed) {
        throw new TooFewSharesException(
            "piece %d: %d undamaged shares %s, %d are needed"
                .formatted(number, present.cardinality(), WrongShares.numbers(present), needed));
      }
      int length = length(shares, present, number);
      for (ShareRecords.Writer writer : writers) {
        writer.begin(length);
        writer.add(shares[present.nextSetBit(0)], 0, Integer.BYTES); // the frame's length
      }
      for (int done = Integer.BYTES; done < length; done += STRIDE) {
        byte[][] ranges = new byte[shares.length][];
        for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
          ranges[i] = Arrays.copyOfRange(shares[i], done, Math.min(length, done + STRIDE));
        }
        if (!fit(from, ranges, present)) {
          throw unfitting(from, shares, present, number);
        }
        byte[][] fresh = step.apply(ranges);
        for (int i = 0; i < fresh.length; i++) {
          writers[i].add(fresh[i], 0, fresh[i].length);
        }
      }
      for (ShareRecords.Writer writer : writers) {
        writer.end();
      }
    }
  }

  /** Returns how long every share of a piece is. */
  private static int length(byte[][] shares, BitSet present, long number) {
    byte[] first = shares[present.nextSetBit(0)];
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      int frame = Frame.claimedLength(shares[i]).orElse(0);
      if (shares[i].length != first.length || frame + Integer.BYTES != first.length) {
        throw new AuthenticationFailedException(
            "piece %d: share %d has another length than the others".formatted(number, i + 1));
      }
    }
    return first.length;
  }

  /**
   * Compares shares with what others imply: no more is computed than other shares, and what shares
   * differ by, which tells nothing about the secret.
   */
  private static boolean fit(Shamir from, byte[][] ranges, BitSet present) {
    byte[][] implied = from.complete(ranges, present);
    boolean fit = true;
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      fit &= ConstantTime.equal(implied[i], ranges[i]);
    }
    return fit;
  }

  private static AuthenticationFailedException unfitting(
      Shamir from, byte[][] shares, BitSet present, long number) {
    BitSet wrong =
        new WrongShares(from, shares, Integer.BYTES, 0, new byte[Frame.ID_LENGTH], number)
            .locate(present);
    return new AuthenticationFailedException(
        wrong.isEmpty()
            ? "piece %d: the shares %s do not fit each other; combine names the wrong ones"
                .formatted(number, WrongShares.numbers(present))
            : "piece %d: the shares %s do not fit the others; leave them out"
                .formatted(number, WrongShares.numbers(wrong)));
  }
}
