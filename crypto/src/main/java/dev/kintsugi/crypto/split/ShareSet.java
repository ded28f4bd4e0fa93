package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Share files opened together: picks those that belong to one sharing, and reads piece by piece.
 * Several files may claim to be one share; they are all read, for any of them may be damaged.
 */
final class ShareSet {
  private final ShareHeader header;
  private final List<List<Copy>> copies;
  private final List<ShareReport.Verdict> verdicts;
  private final List<Sharing> complete;

  private ShareSet(
      ShareHeader header,
      List<List<Copy>> copies,
      List<ShareReport.Verdict> verdicts,
      List<Sharing> complete) {
    this.header = header;
    this.copies = copies;
    this.verdicts = verdicts;
    this.complete = complete;
  }

  /** An input with the header read, if it has one. */
  private record Opened(
      String name, InputStream in, Optional<ShareHeader> header, String problem) {}

  /** The files of one sharing. */
  private static final class Sharing {
    final ShareHeader header;
    final BitSet positions = new BitSet();
    final List<String> names = new ArrayList<>();

    Sharing(ShareHeader header) {
      this.header = header;
    }

    @Override
    public String toString() {
      return "%s of split %s, generation %d"
          .formatted(names, HexFormat.of().formatHex(header.splitId()), header.generation());
    }
  }

  /** One file of a share. */
  private static final class Copy {
    final String name;
    final ShareRecords.Reader reader;

    /** The files before it that were the same in every piece so far. */
    final List<Copy> twins;

    byte @Nullable [] piece;
    boolean wrong;

    Copy(String name, ShareRecords.Reader reader, List<Copy> before) {
      this.name = name;
      this.reader = reader;
      this.twins = new ArrayList<>(before);
    }

    void read() throws IOException {
      piece = reader.next();
      twins.removeIf(twin -> !Arrays.equals(twin.piece, piece));
      if (!twins.isEmpty()) {
        piece = twins.get(0).piece;
      }
    }

    ShareReport.Verdict verdict(int position) {
      if (reader.damaged()) {
        return verdict(position, ShareReport.Status.DAMAGED, "a checksum fails or it is cut");
      }
      Optional<Copy> twin = twins.stream().filter(t -> !t.reader.damaged()).findFirst();
      if (twin.isPresent()) {
        return verdict(position, ShareReport.Status.DUPLICATE, "the same as " + twin.get().name);
      }
      return wrong
          ? verdict(position, ShareReport.Status.WRONG, "does not fit the other shares")
          : verdict(position, ShareReport.Status.GOOD, "");
    }

    private ShareReport.Verdict verdict(int position, ShareReport.Status status, String detail) {
      return new ShareReport.Verdict(name, position + 1, status, detail);
    }
  }

  static ShareSet open(List<ShareFiles.Input> inputs) throws IOException {
    List<Opened> opened = new ArrayList<>();
    List<Sharing> sharings = new ArrayList<>();
    for (ShareFiles.Input input : inputs) {
      try {
        ShareHeader header = ShareHeader.read(input.stream());
        opened.add(new Opened(input.name(), input.stream(), Optional.of(header), ""));
        Sharing sharing = of(sharings, header).orElseGet(() -> new Sharing(header));
        if (sharing.names.isEmpty()) {
          sharings.add(sharing);
        }
        sharing.positions.set(header.position());
        sharing.names.add(input.name());
      } catch (CryptoException e) {
        String problem = String.valueOf(e.getMessage());
        opened.add(new Opened(input.name(), input.stream(), Optional.empty(), problem));
      }
    }
    if (sharings.isEmpty()) {
      throw new MalformedRecordException(
          opened.isEmpty()
              ? "no share files given"
              : "none of the %d files is a share file: %s"
                  .formatted(opened.size(), opened.get(0).problem()));
    }
    List<Sharing> complete =
        sharings.stream().filter(s -> s.header.splitter().sufficient(s.positions)).toList();
    // Of those that suffice, or else of all, the one with the most shares; of equals the first.
    ShareHeader chosen =
        (complete.isEmpty() ? sharings : complete)
            .stream()
                .min(Comparator.comparingInt(s -> -s.positions.cardinality()))
                .orElseThrow()
                .header;
    List<List<Copy>> copies = new ArrayList<>();
    for (int i = 0; i < chosen.splitter().shares(); i++) {
      copies.add(new ArrayList<>());
    }
    List<ShareReport.Verdict> verdicts = new ArrayList<>();
    for (Opened o : opened) {
      if (o.header().isEmpty()) {
        verdicts.add(
            new ShareReport.Verdict(o.name(), 0, ShareReport.Status.UNREADABLE, o.problem()));
        continue;
      }
      ShareHeader header = o.header().get();
      boolean suffices = of(complete, header).isPresent();
      if (!header.sameSplit(chosen)) {
        verdicts.add(verdict(o, ShareReport.Status.FOREIGN, "belongs to another split", suffices));
      } else if (!header.sameSharing(chosen)) {
        verdicts.add(verdict(o, ShareReport.Status.STALE, "is of another generation", suffices));
      } else {
        List<Copy> others = copies.get(header.position());
        others.add(new Copy(o.name(), new ShareRecords.Reader(o.in(), header), others));
      }
    }
    return new ShareSet(chosen, copies, verdicts, complete);
  }

  private static Optional<Sharing> of(List<Sharing> sharings, ShareHeader header) {
    return sharings.stream().filter(s -> s.header.sameSharing(header)).findFirst();
  }

  private static ShareReport.Verdict verdict(
      Opened o, ShareReport.Status status, String detail, boolean suffices) {
    int number = o.header().map(ShareHeader::number).orElse(0);
    return new ShareReport.Verdict(
        o.name(), number, status, suffices ? detail + ", of which enough shares are here" : detail);
  }

  /**
   * Returns this set.
   *
   * @throws AmbiguousSharesException if the files suffice for another sharing, too: which of them
   *     is wanted, nobody can tell
   */
  ShareSet unambiguous() {
    if (complete.size() > 1) {
      throw new AmbiguousSharesException(
          "there are enough shares of each of %d sharings: %s; give those of one"
              .formatted(
                  complete.size(),
                  String.join("; ", complete.stream().map(Sharing::toString).toList())));
    }
    return this;
  }

  ShareHeader header() {
    return header;
  }

  SecretSplitter splitter() {
    return header.splitter();
  }

  /** Returns the positions of which some file says soundly that there are so many pieces. */
  BitSet endingAfter(long pieces) {
    BitSet ending = new BitSet();
    for (int i = 0; i < copies.size(); i++) {
      ending.set(i, copies.get(i).stream().anyMatch(c -> c.reader.endsAfter(pieces)));
    }
    return ending;
  }

  /** Returns the positions of which every file was wrong before. */
  BitSet distrusted() {
    BitSet distrusted = new BitSet();
    for (int i = 0; i < copies.size(); i++) {
      List<Copy> here = copies.get(i);
      distrusted.set(i, !here.isEmpty() && here.stream().allMatch(c -> c.wrong));
    }
    return distrusted;
  }

  /**
   * Reads the next piece of every file.
   *
   * @return for each position the different shares its undamaged files have; those that were wrong
   *     before come last
   */
  byte[][][] next() throws IOException {
    byte[][][] pieces = new byte[copies.size()][][];
    for (int i = 0; i < pieces.length; i++) {
      List<byte[]> different = new ArrayList<>();
      for (Copy copy : copies.get(i)) {
        copy.read();
      }
      for (boolean wrong : new boolean[] {false, true}) {
        for (Copy copy : copies.get(i)) {
          byte[] piece = copy.piece;
          if (piece != null
              && copy.wrong == wrong
              && different.stream().noneMatch(d -> Arrays.equals(d, piece))) {
            different.add(piece);
          }
        }
      }
      pieces[i] = different.toArray(new byte[0][]);
    }
    return pieces;
  }

  /**
   * Reads the next piece of every share, where files of one share must not differ.
   *
   * @return the shares by position, null where missing
   * @throws AuthenticationFailedException if undamaged files of one share differ
   */
  byte[][] nextAlike(long number) throws IOException {
    byte[][][] pieces = next();
    byte[][] shares = new byte[pieces.length][];
    for (int i = 0; i < pieces.length; i++) {
      if (pieces[i].length > 1) {
        throw new AuthenticationFailedException(
            "piece %d: the files %s of share %d differ; leave the wrong ones out"
                .formatted(number, copies.get(i).stream().map(c -> c.name).toList(), i + 1));
      }
      if (pieces[i].length == 1) {
        shares[i] = pieces[i][0];
      }
    }
    return shares;
  }

  /** Remembers which files were not what this piece's shares should be. */
  void judge(WrongShares.Result found) {
    for (int i = 0; i < copies.size(); i++) {
      List<Copy> here = copies.get(i);
      for (Copy copy : here) {
        if (copy.piece != null) {
          copy.wrong |=
              here.size() == 1
                  ? found.wrong().get(i)
                  : !Arrays.equals(copy.piece, found.shares()[i]);
        }
      }
    }
  }

  /** Tells whether every file was read to its end. */
  boolean ended() {
    return copies.stream().flatMap(List::stream).allMatch(c -> c.reader.ended());
  }

  /** Reads behind the last piece, so that a damaged end shows. */
  void expectEnd() throws IOException {
    for (List<Copy> here : copies) {
      for (Copy copy : here) {
        copy.reader.expectEnd();
      }
    }
  }

  ShareReport report(long pieces, long bytes) {
    List<ShareReport.Verdict> all = new ArrayList<>(verdicts);
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < copies.size(); i++) {
      if (copies.get(i).isEmpty()) {
        missing.add(i + 1);
      }
      for (Copy copy : copies.get(i)) {
        all.add(copy.verdict(i));
      }
    }
    return new ShareReport(header, all, missing, pieces, bytes);
  }
}
