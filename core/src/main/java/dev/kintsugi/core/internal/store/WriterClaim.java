package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.Lineage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps copies of a vault's directory from writing one after another, or at once.
 *
 * <p>Every writer makes the next claim: in the index first, so that a crash leaves no archive ahead
 * of its only copy, then on the archives. A copy that finds a claim it does not know is out of
 * date. Of copies that claim at once at most one succeeds, by the splitter of Lamport's fast mutual
 * exclusion algorithm (ACM TOCS 5(1), 1987) with two registers on each archive: write the intent;
 * read the head, which must not be another's; write the head; read the intent, which must still be
 * one's own. Whoever comes later writes the intent after the first one read it, so it reads the
 * head after the first one wrote it.
 *
 * <p>Nothing is claimed unless the heads of more than half of the archives can be read, and nothing
 * is written before as many are claimed: any two claims then meet on an archive, and a writer that
 * stores nothing for want of archives leaves no claim behind. A closing writer claims once more, in
 * the same way, so that copies made while it worked are out of date too. No shard is written to an
 * archive whose head is not this writer's, and none is deleted from one whose head was not looked
 * at: see {@link #guard}. Archives that fail are left out, and tried again by {@link #admit}.
 * Thread-safe; nothing is locked while this object's monitor is held but the index.
 */
final class WriterClaim {
  private static final Logger LOG = LoggerFactory.getLogger(WriterClaim.class);

  /** What is known of an archive that is not new. */
  private enum Admission {
    /** Its records were read, and no other copy's was among them. */
    SEEN,
    /** They are this writer's. */
    CLAIMED
  }

  private final Index index;
  private final ArchiveSet archives;
  private final HeadRecords records;
  private final Map<String, Admission> admissions = new ConcurrentHashMap<>();
  private final Map<String, Throwable> failures = new ConcurrentHashMap<>();
  private volatile @Nullable String lost;
  private volatile @Nullable Lineage lineage; // written under this; null while nothing is claimed
  private @Nullable Lineage before; // guarded by this; what the index held when it was opened

  WriterClaim(Index index, ArchiveSet archives, HeadRecords records) {
    this.index = index;
    this.archives = archives;
    this.records = records;
  }

  /**
   * Looks at the heads of all archives, and claims those that are not claimed yet if more than half
   * answer. Nothing is changed when that is refused because of what another writer left.
   *
   * @throws VaultSupersededException if another copy has written since, or claims the vault now
   */
  synchronized void verify() {
    requireHeld();
    Lineage mine = lineage;
    if (mine == null) {
      begin();
    } else {
      look(archives.available(), mine);
      admitTo(mine);
    }
  }

  /**
   * Claims archives that have returned, or failed before; call it before they are written to.
   *
   * @throws VaultSupersededException if another copy has written to one of them
   * @throws ArchiveUnavailableException if too few archives are claimed to write anything
   */
  synchronized void admit() {
    requireHeld();
    Lineage mine = lineage;
    if (mine == null) {
      begin();
    } else {
      admitTo(mine);
    }
    if (!isClaimedByMost()) {
      throw tooFew();
    }
  }

  private void begin() {
    List<AttachedArchive> available = archives.available();
    Optional<Lineage> last = index.read(Lineage::of);
    before = last.orElse(null);
    Collection<AttachedArchive> readable =
        last.isPresent() ? look(available, last.get()) : available;
    if (readable.size() < most()) {
      readable.forEach(archive -> failures.remove(archive.config().id()));
      return;
    }
    Lineage next = index.write(Lineage::advance);
    lineage = next;
    take(last.isPresent() ? readable : look(readable, next), next);
  }

  private void admitTo(Lineage mine) {
    List<AttachedArchive> fresh =
        archives.available().stream().filter(archive -> !isClaimed(archive)).toList();
    if (!fresh.isEmpty()) {
      take(look(fresh, mine), mine);
    }
  }

  /** Returns whether so many archives are claimed that shards may be written. */
  boolean isClaimedByMost() {
    return lineage != null && archives.all().stream().filter(this::isClaimed).count() >= most();
  }

  /** Returns the archives that are claimed. */
  List<AttachedArchive> claimed() {
    return archives.available().stream().filter(this::isClaimed).toList();
  }

  /** Returns the last claim; empty while nothing is claimed. */
  Optional<ArchiveHead> head() {
    return Optional.ofNullable(lineage).map(Lineage::head);
  }

  /** Returns of how many archives any two sets have one in common. */
  private int most() {
    return archives.all().size() / 2 + 1;
  }

  /** Forgets an archive whose place has changed, so that it is looked at and claimed again. */
  void forget(String archiveId) {
    admissions.remove(archiveId);
  }

  /**
   * Tells whether an archive that is about to be taken at a new place has missed what the vault has
   * written; changes nothing.
   *
   * @return whether its head is older than the vault's last claim before it was opened
   * @throws VaultSupersededException if another copy has written to it; this writer goes on
   * @throws ArchiveUnavailableException if its head cannot be read
   */
  synchronized boolean hasMissedWrites(AttachedArchive archive) {
    Optional<Lineage> mine = index.read(Lineage::of);
    if (mine.isEmpty()) {
      return false;
    }
    Lineage start = before == null ? mine.get() : before;
    boolean missed = true;
    for (String record : List.of(ArchiveHead.INTENT, ArchiveHead.HEAD)) {
      Optional<ArchiveHead> head =
          records
              .read(List.of(archive), record, (failing, failure) -> unreadable(failing, failure))
              .values()
              .iterator()
              .next();
      if (head.filter(mine.get()::isOvertakenBy).isPresent()) {
        throw new VaultSupersededException(
            "archive %1$s at %2$s is not taken: it was last written through another copy of this vault,"
                    .formatted(archive.name(), archive.spec().url())
                + " so one of the two is out of date. If this one is not, leave that place out, or"
                + " run 'kintsugi archive add --replace "
                + archive.name()
                + "=URL' with an empty place, then 'kintsugi rebuild "
                + archive.name()
                + "'");
      }
      missed = head.isEmpty() || start.isAheadOf(head.get());
    }
    return missed;
  }

  private static void unreadable(AttachedArchive archive, Throwable failure) {
    throw new ArchiveUnavailableException(
        "archive " + archive.name() + ": its head cannot be read: " + reason(failure), failure);
  }

  /**
   * Claims once more, if more than half of the archives still answer.
   *
   * @throws VaultSupersededException if another copy has claimed the vault meanwhile, or claims it
   *     now
   */
  synchronized void renew() {
    requireHeld();
    Lineage mine = held();
    Collection<AttachedArchive> seen = look(claimed(), mine);
    if (seen.size() >= most()) {
      Lineage next = index.write(Lineage::advance);
      lineage = next;
      take(seen, next);
    }
  }

  /**
   * Fails if another copy is known to have taken the vault over.
   *
   * @throws VaultSupersededException if so
   */
  void requireHeld() {
    String why = lost;
    if (why != null) {
      throw new VaultSupersededException(why);
    }
  }

  /** Returns a backend that refuses what this writer may not do to the archive. */
  Backend guard(AttachedArchive archive) {
    return new Guarded(archive);
  }

  private Lineage held() {
    Lineage mine = lineage;
    if (mine == null) {
      throw new IllegalStateException("the vault was not claimed");
    }
    return mine;
  }

  private boolean isClaimed(AttachedArchive archive) {
    return admissions.get(archive.config().id()) == Admission.CLAIMED;
  }

  /** Reads both records of archives; returns those that could be read. */
  private Collection<AttachedArchive> look(Collection<AttachedArchive> some, Lineage mine) {
    Collection<AttachedArchive> readable = some;
    for (String record : List.of(ArchiveHead.INTENT, ArchiveHead.HEAD)) {
      readable = check(readable, record, mine);
    }
    readable.forEach(archive -> admissions.putIfAbsent(archive.config().id(), Admission.SEEN));
    return readable;
  }

  private void take(Collection<AttachedArchive> some, Lineage mine) {
    Collection<AttachedArchive> taken = some;
    taken = records.write(taken, ArchiveHead.INTENT, mine.head(), this::failed);
    taken = check(taken, ArchiveHead.HEAD, mine);
    taken = records.write(taken, ArchiveHead.HEAD, mine.head(), this::failed);
    taken = check(taken, ArchiveHead.INTENT, mine);
    for (AttachedArchive archive : taken) {
      admissions.put(archive.config().id(), Admission.CLAIMED);
      failures.remove(archive.config().id());
    }
  }

  /** Reads a record of archives; returns those that could be read. */
  private Collection<AttachedArchive> check(
      Collection<AttachedArchive> some, String record, Lineage mine) {
    Map<AttachedArchive, Optional<ArchiveHead>> found = records.read(some, record, this::failed);
    Set<String> others = new TreeSet<>();
    found.forEach(
        (archive, head) -> {
          if (head.filter(mine::isOvertakenBy).isPresent()) {
            others.add(archive.name());
          }
        });
    if (!others.isEmpty()) {
      String why = message(others);
      lost = why;
      throw new VaultSupersededException(why);
    }
    return new ArrayList<>(found.keySet());
  }

  private static String message(Set<String> names) {
    return (names.size() == 1 ? "archive " : "archives ")
        + String.join(", ", names)
        + (names.size() == 1 ? " was" : " were")
        + " last written through another copy of this vault. This copy is out of date: to write"
        + " through it would destroy what the other has stored, so it can only be read. Write"
        + " through the other copy, or make a new vault with 'kintsugi recover' from a recovery kit"
        + " and all archives";
  }

  private void failed(AttachedArchive archive, Throwable failure) {
    if (failures.put(archive.config().id(), failure) == null) {
      LOG.warn(
          "archive {} gets no shards: its head cannot be read or written: {}",
          archive.name(),
          failure.toString());
    }
  }

  private ArchiveUnavailableException tooFew() {
    List<AttachedArchive> all = archives.all();
    List<String> reasons = new ArrayList<>();
    List<ArchiveFullException> full = new ArrayList<>();
    for (AttachedArchive archive : all) {
      Throwable failure = failures.get(archive.config().id());
      if (!archive.isAvailable()) {
        reasons.add(archive.name() + ": " + archive.detail());
      } else if (!isClaimed(archive) && failure != null) {
        reasons.add(archive.name() + ": " + reason(failure));
        if (failure instanceof ArchiveFullException e) {
          full.add(e);
        }
      }
    }
    ArchiveUnavailableException e =
        new ArchiveUnavailableException(
            "%d of %d archives answer, more than half (%d) are needed to write, so that no other copy of the vault can; nothing was written. %s"
                .formatted(
                    all.size() - reasons.size(), all.size(), most(), String.join("; ", reasons)));
    full.forEach(e::addSuppressed);
    return e;
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isEmpty() ? failure.toString() : message;
  }

  /** Fails with why nothing may be written to an archive, or deleted from it. */
  private void require(AttachedArchive archive, Admission least) throws IOException {
    String why = lost;
    String refused = "archive " + archive.name() + " is left alone: ";
    if (why != null) {
      throw new IOException(refused + why);
    }
    if (lineage == null || (least == Admission.CLAIMED && !isClaimedByMost())) {
      ArchiveUnavailableException e = tooFew();
      throw new IOException(refused + e.getMessage(), e);
    }
    Admission now = admissions.get(archive.config().id());
    if (now != null && now.compareTo(least) >= 0) {
      return;
    }
    Throwable failure = failures.get(archive.config().id());
    if (failure == null) {
      throw new IOException(refused + "its head was not looked at since it has returned");
    }
    String message = refused + "its head cannot be read or written: " + reason(failure);
    throw failure instanceof ArchiveFullException
        ? new ArchiveFullException(message, failure)
        : new IOException(message, failure);
  }

  /** The guard refuses: the archive is not this writer's to change, whatever shard it is about. */
  static final class NotAdmittedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotAdmittedException(IOException why) {
      super(why.getMessage(), why);
    }
  }

  private final class Guarded extends ForwardingBackend {
    private final AttachedArchive archive;

    Guarded(AttachedArchive archive) {
      super(archive.backend());
      this.archive = archive;
    }

    @Override
    public void write(ShardName name, ByteBuffer... content) throws IOException {
      require(archive, Admission.CLAIMED);
      super.write(name, content);
    }

    @Override
    public void replace(ShardName name, ByteBuffer... content) throws IOException {
      require(archive, Admission.CLAIMED);
      super.replace(name, content);
    }

    @Override
    public boolean delete(ShardName name) throws IOException {
      try {
        require(archive, Admission.SEEN);
      } catch (IOException e) {
        throw new NotAdmittedException(e);
      }
      return super.delete(name);
    }
  }
}
