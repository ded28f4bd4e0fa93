package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.attribute.FileTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How inodes are shown: a JSON object, or a line as of {@code ls -l}. */
final class Entries {
  private static final DateTimeFormatter LOCAL_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

  private Entries() {}

  /** Returns the word for a kind in JSON. */
  static String word(Kind kind) {
    return switch (kind) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symlink";
    };
  }

  /** Adds the fields of an inode to a line. */
  static Json describe(Json line, VaultPath path, Attributes attributes) {
    return line.with("path", path)
        .with("kind", word(attributes.kind()))
        .with("size", attributes.size())
        .with("mode", String.format("%04o", attributes.mode()))
        .with("uid", attributes.uid())
        .with("gid", attributes.gid())
        .with("links", attributes.links())
        .with("modified", time(attributes.modified()))
        .with("changed", time(attributes.changed()))
        .with("inode", attributes.inode());
  }

  /** Returns a time in UTC to the nanosecond, ISO 8601. */
  static String time(FileTime time) {
    return time.toInstant().toString();
  }

  /** Returns a time for people. */
  static String localTime(FileTime time) {
    return LOCAL_TIME.format(time.toInstant());
  }

  /** Returns ten characters such as {@code drwxr-xr-t}. */
  static String modeText(Kind kind, int mode) {
    char[] text = new char[10];
    text[0] =
        switch (kind) {
          case FILE -> '-';
          case DIRECTORY -> 'd';
          case SYMLINK -> 'l';
        };
    for (int i = 0; i < 9; i++) {
      text[1 + i] = (mode & (0400 >> i)) != 0 ? "rwx".charAt(i % 3) : '-';
    }
    special(text, 3, (mode & 04000) != 0, 's', 'S');
    special(text, 6, (mode & 02000) != 0, 's', 'S');
    special(text, 9, (mode & 01000) != 0, 't', 'T');
    return new String(text);
  }

  private static void special(char[] text, int at, boolean set, char execute, char alone) {
    if (set) {
      text[at] = text[at] == 'x' ? execute : alone;
    }
  }

  /** Returns a link's target for people. */
  static String target(byte[] target) {
    return RawText.display(target);
  }
}
