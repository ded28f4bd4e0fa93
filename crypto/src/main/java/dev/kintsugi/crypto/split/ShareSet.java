package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Share files opened together: picks those that belong to one sharing, and reads piece by piece.
 */
final class ShareSet {
  private final ShareHeader header;
  private final ShareRecords.Reader[] readers;
  private final String[] names;
  private final List<ShareReport.Verdict> verdicts;

  private ShareSet(
      ShareHeader header,
      ShareRecords.Reader[] readers,
      String[] names,
      List<ShareReport.Verdict> verdicts) {
    this.header = header;
    this.readers = readers;
    this.names = names;
    this.verdicts = verdicts;
  }

  /** An input with the header read, if it has one. */
  private record Opened(
      String name, InputStream in, Optional<ShareHeader> header, String problem) {}

  static ShareSet open(List<ShareFiles.Input> inputs) throws IOException {
    List<Opened> opened = new ArrayList<>();
    for (ShareFiles.Input input : inputs) {
      try {
        ShareHeader header = ShareHeader.read(input.stream());
        opened.add(new Opened(input.name(), input.stream(), Optional.of(header), ""));
      } catch (CryptoException e) {
        String problem = String.valueOf(e.getMessage());
        opened.add(new Opened(input.name(), input.stream(), Optional.empty(), problem));
      }
    }
    ShareHeader chosen = mostFrequent(opened);
    ShareRecords.Reader[] readers = new ShareRecords.Reader[chosen.splitter().shares()];
    String[] names = new String[readers.length];
    List<ShareReport.Verdict> verdicts = new ArrayList<>();
    for (Opened o : opened) {
      if (o.header().isEmpty()) {
        verdicts.add(
            new ShareReport.Verdict(o.name(), 0, ShareReport.Status.UNREADABLE, o.problem()));
        continue;
      }
      ShareHeader header = o.header().get();
      int p = header.position();
      if (!header.sameSplit(chosen)) {
        verdicts.add(verdict(o, ShareReport.Status.FOREIGN, "belongs to another split"));
      } else if (!header.sameSharing(chosen)) {
        verdicts.add(verdict(o, ShareReport.Status.STALE, "is of another generation"));
      } else if (readers[p] != null) {
        verdicts.add(verdict(o, ShareReport.Status.DUPLICATE, "same share as " + names[p]));
      } else {
        readers[p] = new ShareRecords.Reader(o.in(), header);
        names[p] = o.name();
      }
    }
    return new ShareSet(chosen, readers, names, verdicts);
  }

  private static ShareReport.Verdict verdict(Opened o, ShareReport.Status status, String detail) {
    int number = o.header().map(ShareHeader::number).orElse(0);
    return new ShareReport.Verdict(o.name(), number, status, detail);
  }

  /** Returns the header of the sharing that most distinct positions belong to. */
  private static ShareHeader mostFrequent(List<Opened> opened) {
    Optional<ShareHeader> best = Optional.empty();
    int most = 0;
    for (Opened candidate : opened) {
      if (candidate.header().isEmpty()) {
        continue;
      }
      ShareHeader header = candidate.header().get();
      TreeSet<Integer> positions = new TreeSet<>();
      for (Opened other : opened) {
        other.header().filter(header::sameSharing).ifPresent(h -> positions.add(h.position()));
      }
      if (positions.size() > most) {
        most = positions.size();
        best = Optional.of(header);
      }
    }
    return best.orElseThrow(
        () ->
            new MalformedRecordException(
                opened.isEmpty()
                    ? "no share files given"
                    : "none of the %d files is a share file: %s"
                        .formatted(opened.size(), opened.get(0).problem())));
  }

  ShareHeader header() {
    return header;
  }

  SecretSplitter splitter() {
    return header.splitter();
  }

  /** Returns the positions whose files showed no damage so far. */
  BitSet intact() {
    BitSet intact = new BitSet();
    for (int i = 0; i < readers.length; i++) {
      intact.set(i, readers[i] != null && !readers[i].damaged());
    }
    return intact;
  }

  /** Reads the next piece of every share: null where missing. */
  byte[][] next() throws IOException {
    byte[][] pieces = new byte[readers.length][];
    for (int i = 0; i < readers.length; i++) {
      if (readers[i] != null) {
        pieces[i] = readers[i].next();
      }
    }
    return pieces;
  }

  /** Tells whether every file was read to its end. */
  boolean ended() {
    for (ShareRecords.Reader reader : readers) {
      if (reader != null && !reader.ended()) {
        return false;
      }
    }
    return true;
  }

  /** Reads behind the last piece, so that a damaged end shows. */
  void expectEnd() throws IOException {
    for (ShareRecords.Reader reader : readers) {
      if (reader != null) {
        reader.expectEnd();
      }
    }
  }

  ShareReport report(BitSet wrong, long pieces, long bytes) {
    List<ShareReport.Verdict> all = new ArrayList<>(verdicts);
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < readers.length; i++) {
      if (readers[i] == null) {
        missing.add(i + 1);
        continue;
      }
      if (readers[i].damaged()) {
        all.add(
            new ShareReport.Verdict(
                names[i], i + 1, ShareReport.Status.DAMAGED, "a checksum fails or it is cut"));
      } else if (wrong.get(i)) {
        all.add(
            new ShareReport.Verdict(
                names[i], i + 1, ShareReport.Status.WRONG, "does not fit the other shares"));
      } else {
        all.add(new ShareReport.Verdict(names[i], i + 1, ShareReport.Status.GOOD, ""));
      }
    }
    return new ShareReport(header, all, missing, pieces, bytes);
  }
}
