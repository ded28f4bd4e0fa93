package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.VaultSupersededException;
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
 * <p>A closing writer claims once more, so that copies made while it worked are out of date too. No
 * shard is written to an archive whose head is not this writer's, and none is deleted from one
 * whose head was not looked at: see {@link #guard}. Archives that fail are left out, and tried
 * again by {@link #admit}. Thread-safe; nothing is locked while this object's monitor is held but
 * the index.
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
  private final Set<String> reported = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String lost;
  private @Nullable Lineage lineage; // guarded by this; null before begin

  WriterClaim(Index index, ArchiveSet archives, HeadRecords records) {
    this.index = index;
    this.archives = archives;
    this.records = records;
  }

  /**
   * Claims the vault. Nothing is changed when it is refused because of what an earlier writer left.
   *
   * @throws VaultSupersededException if another copy has written since, or claims the vault now
   */
  synchronized void begin() {
    List<AttachedArchive> available = archives.available();
    Optional<Lineage> before = index.read(Lineage::of);
    before.ifPresent(last -> look(available, last));
    Lineage next = index.write(Lineage::advance);
    lineage = next;
    take(before.isPresent() ? available : look(available, next), next);
  }

  /**
   * Claims archives that have returned, or failed before; call it before they are written to.
   *
   * @throws VaultSupersededException if another copy has written to one of them
   */
  synchronized void admit() {
    requireHeld();
    List<AttachedArchive> fresh =
        archives.available().stream().filter(archive -> !isClaimed(archive)).toList();
    if (!fresh.isEmpty()) {
      Lineage mine = held();
      take(look(fresh, mine), mine);
    }
  }

  /**
   * Looks at the heads of all archives again, and claims those that have returned.
   *
   * @throws VaultSupersededException if another copy has claimed the vault meanwhile
   */
  synchronized void verify() {
    requireHeld();
    look(archives.available(), held());
    admit();
  }

  /** Forgets an archive whose place has changed, so that it is looked at and claimed again. */
  void forget(String archiveId) {
    admissions.remove(archiveId);
  }

  /**
   * Claims once more at the end of a writer that leaves nothing behind.
   *
   * @throws VaultSupersededException if another copy has claimed the vault meanwhile
   */
  synchronized void end() {
    requireHeld();
    List<AttachedArchive> claimed = archives.available().stream().filter(this::isClaimed).toList();
    Collection<AttachedArchive> seen = look(claimed, held());
    Lineage next = index.write(Lineage::advance);
    lineage = next;
    records.write(seen, ArchiveHead.HEAD, next.head(), this::failed);
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
      reported.remove(archive.config().id());
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
    if (reported.add(archive.config().id())) {
      LOG.warn(
          "archive {} gets no shards: its head cannot be read or written: {}",
          archive.name(),
          failure.toString());
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
      require(Admission.CLAIMED);
      super.write(name, content);
    }

    @Override
    public void replace(ShardName name, ByteBuffer... content) throws IOException {
      require(Admission.CLAIMED);
      super.replace(name, content);
    }

    @Override
    public boolean delete(ShardName name) throws IOException {
      require(Admission.SEEN);
      return super.delete(name);
    }

    private void require(Admission least) throws IOException {
      Admission now = admissions.get(archive.config().id());
      if (lost != null || now == null || now.compareTo(least) < 0) {
        throw new IOException(
            "archive " + archive.name() + " is not written to: its head is not this writer's");
      }
    }
  }
}
