package dev.kintsugi.fs.internal;

import dev.kintsugi.core.store.Attributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Timespec;

/** Writes attributes as a {@code struct stat}. */
final class NativeStat {
  private static final int SECTOR = 512;
  private static final int PREFERRED_READ = 128 * 1024;

  private NativeStat() {}

  static void write(Attributes attributes, Pointer memory) {
    FileStat stat = FileStat.of(memory);
    stat.st_ino.set(attributes.inode());
    stat.st_nlink.set(attributes.links());
    stat.st_mode.set(type(attributes) | attributes.mode());
    stat.st_uid.set(attributes.uid());
    stat.st_gid.set(attributes.gid());
    stat.st_size.set(attributes.size());
    stat.st_blksize.set(PREFERRED_READ);
    stat.st_blocks.set((attributes.size() + SECTOR - 1) / SECTOR);
    write(attributes.modified(), stat.st_mtim);
    write(attributes.modified(), stat.st_atim); // times of reading are not kept
    write(attributes.changed(), stat.st_ctim);
  }

  static int type(Attributes attributes) {
    return switch (attributes.kind()) {
      case FILE -> FileStat.S_IFREG;
      case DIRECTORY -> FileStat.S_IFDIR;
      case SYMLINK -> FileStat.S_IFLNK;
    };
  }

  private static void write(FileTime time, Timespec out) {
    Instant instant = time.toInstant();
    out.tv_sec.set(instant.getEpochSecond());
    out.tv_nsec.set(instant.getNano());
  }
}
