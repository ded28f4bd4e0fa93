package dev.kintsugi.fs;

import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** A directory tree with everything that a file system can get wrong, and a walk over it. */
final class TestTree {
  /** Of the tree's random bytes. */
  static final long SEED = 20260102;

  /** A file of the tree that is long enough to be read in many pieces. */
  static final String LARGE = "large/5MiB+3";

  private TestTree() {}

  /** What is told of a tree. */
  interface Visitor {
    void directory(VaultPath path, NewAttributes attributes) throws IOException;

    void file(VaultPath path, Path source, NewAttributes attributes) throws IOException;

    void symlink(VaultPath path, byte[] target, NewAttributes attributes) throws IOException;
  }

  /** Makes the tree in an existing directory. */
  static void create(Path root) throws IOException {
    Random random = new Random(SEED);
    write(root.resolve("sizes/empty"), 0, random);
    write(root.resolve("sizes/one"), 1, random);
    for (int size : new int[] {4095, 4096, 4097, 65535, 65536, 65537, 131072, 131073}) {
      write(root.resolve("sizes/" + size), size, random);
    }
    write(root.resolve(LARGE), (5 << 20) + 3, random);
    for (int i = 0; i < 300; i++) {
      write(root.resolve("many/file " + i), random.nextInt(2000), random);
    }
    Files.createDirectories(root.resolve("empty directory"));
    Files.createDirectories(root.resolve("deep/" + "d/".repeat(30)));
    Shell.sh(
            "cd \"$1\" && ln -s sizes/one link && ln -s nowhere dangling && ln -s /no/such/thing absolute"
                + " && ln -s \"$(head -c 1000 /dev/zero | tr '\\0' x)\" 'long link'"
                + " && printf odd > \"$(printf 'bad \\377\\376 utf8')\""
                + " && printf odd > \"$(printf 'half \\303')\" && mkdir \"$(printf 'dir \\200')\""
                + " && printf x > \"$(printf 'dir \\200/inner \\377')\""
                + " && ln -s \"$(printf 'bad \\377\\376 utf8')\" 'link to bad'"
                + " && printf nl > \"$(printf 'new\\nline\\ttab')\" && printf b > 'back\\slash'"
                + " && printf u > 'umläut 金継ぎ 🏺' && printf s > ' space ' && printf d > -dash"
                + " && printf l > \"$(head -c 255 /dev/zero | tr '\\0' n)\""
                + " && chmod 0400 sizes/one && chmod 4755 sizes/4096 && chmod 0600 sizes/4097"
                + " && chmod 1777 many && touch -d '1969-07-20 20:17:40.123456789 UTC' sizes/4095"
                + " && touch -d '2038-01-19 03:14:08.999999999 UTC' sizes/65535",
            root)
        .expect(0);
  }

  private static void write(Path file, int size, Random random) throws IOException {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** Walks over what is in a directory, parents before children. */
  static void walk(Path directory, VaultPath at, Visitor visitor) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        VaultPath path = at.resolve(Name.of(nameBytes(child)));
        NewAttributes attributes =
            new NewAttributes(
                attribute(child, "mode", Integer.class) & 07777,
                attribute(child, "uid", Integer.class),
                attribute(child, "gid", Integer.class),
                Optional.of(attribute(child, "lastModifiedTime", FileTime.class)));
        if (Files.isSymbolicLink(child)) {
          visitor.symlink(path, rawBytes(Files.readSymbolicLink(child)), attributes);
        } else if (Files.isDirectory(child)) {
          visitor.directory(path, attributes);
          walk(child, path, visitor);
        } else {
          visitor.file(path, child, attributes);
        }
      }
    }
  }

  private static <T> T attribute(Path path, String name, Class<T> type) throws IOException {
    Object value = Files.getAttribute(path, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
    return type.cast(Objects.requireNonNull(value, name));
  }

  private static byte[] nameBytes(Path path) {
    byte[] whole = rawBytes(path);
    int slash = whole.length;
    while (slash > 0 && whole[slash - 1] != '/') {
      slash--;
    }
    return Arrays.copyOfRange(whole, slash, whole.length);
  }

  /** Returns a path's bytes, which its text may not show. */
  private static byte[] rawBytes(Path path) {
    Path absolute = path.isAbsolute() ? path : Path.of("/").resolve(path);
    String uri = absolute.toUri().getRawPath();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) == '%') {
        out.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.writeBytes(uri.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] bytes = out.toByteArray();
    int start = path.isAbsolute() ? 0 : 1;
    int end = bytes.length;
    while (end > 1 && bytes[end - 1] == '/') { // a URI marks directories
      end--;
    }
    return Arrays.copyOfRange(bytes, start, Math.max(start, end));
  }
}
