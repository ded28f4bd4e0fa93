package dev.kintsugi.crypto.forest;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * A file system over a real directory that can die at every step and forget what was not synced:
 * the content of a file is durable as of the last {@code force} of a channel of it, its name as of
 * the last {@code force} of the directory. So code under test is tested as it is, with the calls it
 * makes, and a call that is missing is noticed.
 */
public final class LossyDisk extends FileSystemProvider {
  private final Path root;
  private final FileSystem system = new Disk();
  private Map<Path, Node> names = new TreeMap<>(); // files and directories, real paths
  private Map<Path, Node> durableNames = new TreeMap<>();
  private boolean dead;

  /** What lets the machine die. */
  public final Crash crash = new Crash();

  /** A file or a directory, whatever it is called. */
  private static final class Node {
    final boolean directory;
    byte[] durable = new byte[0];

    Node(boolean directory) {
      this.directory = directory;
    }
  }

  /** Makes a disk of an empty directory. */
  public LossyDisk(Path root) {
    this.root = root;
  }

  /** Returns the root directory, on this disk. */
  public Path path() {
    return wrap(root);
  }

  /** Returns all that can be read from the files. */
  synchronized byte[] readable() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(1 << 20);
    for (Path name : names.keySet()) {
      if (Files.isRegularFile(name)) {
        all.put(Files.readAllBytes(name));
      }
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  /** Lets the machine come up again after it lost power, or only the process. */
  public synchronized void restart(Loss loss) throws IOException {
    crash.disarm();
    dead = false;
    if (loss.equals(Loss.NOTHING)) {
      return; // What was not synced still is not.
    }
    Map<Path, byte[]> left = new TreeMap<>();
    Map<Path, Node> kept = new TreeMap<>(loss.names() ? names : durableNames);
    kept.keySet().removeIf(path -> !parentIsIn(kept, path));
    Map<Node, Path> now = new HashMap<>();
    names.forEach((path, node) -> now.put(node, path));
    for (Map.Entry<Path, Node> entry : kept.entrySet()) {
      Node node = entry.getValue();
      if (!node.directory) {
        Path at = now.get(node);
        byte[] written = at == null ? node.durable : Files.readAllBytes(at);
        node.durable = loss.left(node.durable, written);
        left.put(entry.getKey(), node.durable);
      }
    }
    List<Path> gone = new ArrayList<>(names.keySet());
    for (int i = gone.size() - 1; i >= 0; i--) {
      Files.delete(gone.get(i));
    }
    for (Map.Entry<Path, Node> entry : kept.entrySet()) {
      if (entry.getValue().directory) {
        Files.createDirectory(entry.getKey());
      } else {
        Files.write(entry.getKey(), Objects.requireNonNull(left.get(entry.getKey())));
      }
    }
    names = new TreeMap<>(kept);
    durableNames = new TreeMap<>(kept);
  }

  private boolean parentIsIn(Map<Path, Node> kept, Path path) {
    Path parent = Objects.requireNonNull(path.getParent());
    return parent.equals(root) || kept.containsKey(parent);
  }

  /** Runs one step, or dies. */
  private synchronized void step(Step step, Step torn) throws IOException {
    if (dead) {
      throw crash.thrown();
    }
    if (crash.now()) {
      dead = true;
      torn.run();
      throw crash.thrown();
    }
    step.run();
    try {
      crash.after();
    } catch (Crash.Died e) {
      dead = true;
      throw e;
    }
  }

  private void step(Step step) throws IOException {
    step(step, () -> {});
  }

  private interface Step {
    void run() throws IOException;
  }

  private void sync(Path directory) {
    durableNames.keySet().removeIf(path -> directory.equals(path.getParent()));
    names.forEach(
        (path, node) -> {
          if (directory.equals(path.getParent())) {
            durableNames.put(path, node);
          }
        });
  }

  // Paths: as the real ones, but of this disk.

  private static Path real(Object path) {
    return Proxy.isProxyClass(path.getClass())
        ? ((Paths) Proxy.getInvocationHandler(path)).real
        : (Path) path;
  }

  private Path wrap(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            LossyDisk.class.getClassLoader(), new Class<?>[] {Path.class}, new Paths(path));
  }

  private final class Paths implements InvocationHandler {
    private final Path real;

    Paths(Path real) {
      this.real = real;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
      if (method.getName().equals("getFileSystem")) {
        return system;
      }
      Object[] plain = args == null ? new Object[0] : args.clone();
      for (int i = 0; i < plain.length; i++) {
        plain[i] = plain[i] instanceof Path ? real(plain[i]) : plain[i];
      }
      try {
        Object result = method.invoke(real, plain);
        return result instanceof Path path ? wrap(path) : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  // What changes something.

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path file = real(path);
    if (Files.isDirectory(file)) {
      return new Channel(FileChannel.open(file, options), file, new Node(true));
    }
    FileChannel[] opened = new FileChannel[1];
    boolean existed = Files.exists(file);
    boolean changes =
        !existed
            || options.contains(StandardOpenOption.TRUNCATE_EXISTING)
            || options.contains(StandardOpenOption.CREATE_NEW);
    Step open =
        () -> {
          opened[0] = FileChannel.open(file, options, attributes);
          if (!existed) {
            names.put(file, new Node(false));
          }
        };
    if (changes) {
      step(open);
    } else {
      open.run();
    }
    synchronized (this) {
      return new Channel(opened[0], file, Objects.requireNonNull(names.get(file)));
    }
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    step(
        () -> {
          Files.createDirectory(real(path), attributes);
          names.put(real(path), new Node(true));
        });
  }

  @Override
  public void delete(Path path) throws IOException {
    if (!Files.exists(real(path))) {
      Files.delete(real(path)); // says that there is none
    }
    step(
        () -> {
          Files.delete(real(path));
          names.remove(real(path));
        });
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    step(
        () -> {
          Files.move(real(source), real(target), options);
          names.put(real(target), Objects.requireNonNull(names.remove(real(source))));
        });
  }

  /** Writes are steps, and torn in the middle; what is forced is durable. */
  private final class Channel extends FileChannel {
    private final FileChannel file;
    private final Path path;
    private final Node node;

    Channel(FileChannel file, Path path, Node node) {
      this.file = file;
      this.path = path;
      this.node = node;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int written = write(source, file.position());
      file.position(file.position() + written);
      return written;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int length = source.remaining();
      step(
          () -> file.write(source, position),
          () -> file.write(source.slice().limit(length / 2), position));
      return length - source.remaining();
    }

    @Override
    public void force(boolean metaData) throws IOException {
      step(
          () -> {
            if (node.directory) {
              sync(path);
            } else {
              byte[] content = new byte[Math.toIntExact(file.size())];
              try (FileChannel in = FileChannel.open(where(), StandardOpenOption.READ)) {
                in.read(ByteBuffer.wrap(content));
              }
              node.durable = content;
            }
          });
    }

    private Path where() {
      return names.entrySet().stream()
          .filter(entry -> entry.getValue() == node)
          .findFirst()
          .orElseThrow()
          .getKey();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return file.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long position() throws IOException {
      return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      file.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }
  }

  // What only looks.

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> real = Files.newDirectoryStream(real(directory))) {
      real.forEach(path -> entries.add(wrap(path)));
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real(path).getFileSystem().provider().checkAccess(real(path), modes);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Files.readAttributes(real(path), type, options);
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return Files.getFileStore(real(path));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return Files.isSameFile(real(path), real(other));
  }

  // What is not needed: a test that does will say so.

  @Override
  public String getScheme() {
    return "lossy";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isHidden(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return Files.getFileAttributeView(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return Files.readAttributes(real(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  private final class Disk extends FileSystem {
    @Override
    public FileSystemProvider provider() {
      return LossyDisk.this;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return root.getFileSystem().getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return root.getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
      return wrap(root.getFileSystem().getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
      throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException();
    }
  }
}
