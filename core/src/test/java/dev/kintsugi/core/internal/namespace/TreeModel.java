package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.DirectoryNotEmptyException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A tree of objects in memory that obeys POSIX: what the namespace is compared with. */
final class TreeModel {
  /** An inode. */
  static final class Node {
    final Kind kind;
    final TreeMap<Name, Node> children = new TreeMap<>();
    int mode;
    long size;
    byte[] target = {};
    List<Long> extentLeaves = List.of();
    int links;
    Instant modified;
    Instant changed;

    Node(Kind kind, NewAttributes attributes, Instant now) {
      this.kind = kind;
      this.mode = attributes.mode();
      this.modified = attributes.modified().map(FileTime::toInstant).orElse(now);
      this.changed = now;
    }
  }

  final Node root = new Node(Kind.DIRECTORY, NewAttributes.ofMode(0755), Instant.EPOCH);
  Instant now = Instant.EPOCH;

  Node file(VaultPath path, NewAttributes attributes, long size, List<Long> extentLeaves) {
    Node node = new Node(Kind.FILE, attributes, now);
    node.size = size;
    node.extentLeaves = extentLeaves;
    replace(path, node);
    return node;
  }

  void symlink(VaultPath path, NewAttributes attributes, byte[] target) {
    Node node = new Node(Kind.SYMLINK, attributes, now);
    node.target = target;
    node.size = target.length;
    replace(path, node);
  }

  void makeDirectory(VaultPath path, NewAttributes attributes) {
    if (path.isRoot()) {
      throw new PathExistsException("model");
    }
    Node parent = directory(path.parent());
    if (parent.children.containsKey(path.name())) {
      throw new PathExistsException("model");
    }
    put(parent, path.name(), new Node(Kind.DIRECTORY, attributes, now));
  }

  void setContent(VaultPath path, long size, List<Long> extentLeaves) {
    Node node = get(path);
    if (node.kind != Kind.FILE) {
      throw new IsDirectoryException("model");
    }
    node.size = size;
    node.extentLeaves = extentLeaves;
    node.modified = now;
    node.changed = now;
  }

  void link(VaultPath existing, VaultPath name) {
    Node node = get(existing);
    if (node.kind == Kind.DIRECTORY) {
      throw new IsDirectoryException("model");
    }
    if (name.isRoot()) {
      throw new PathExistsException("model");
    }
    Node parent = directory(name.parent());
    if (parent.children.containsKey(name.name())) {
      throw new PathExistsException("model");
    }
    put(parent, name.name(), node);
  }

  void move(VaultPath from, VaultPath to) {
    if (from.isRoot() || to.isRoot()) {
      throw new InvalidPathException("model");
    }
    Node source = directory(from.parent());
    Node node = source.children.get(from.name());
    if (node == null) {
      throw new NoSuchPathException("model");
    }
    Node target = directory(to.parent());
    if (node.kind == Kind.DIRECTORY && to.startsWith(from) && !to.equals(from)) {
      throw new InvalidPathException("model");
    }
    Node old = target.children.get(to.name());
    if (old == node) {
      return;
    }
    if (old != null && node.kind != Kind.DIRECTORY && old.kind == Kind.DIRECTORY) {
      throw new IsDirectoryException("model");
    }
    if (old != null && node.kind == Kind.DIRECTORY && old.kind != Kind.DIRECTORY) {
      throw new NotDirectoryException("model");
    }
    if (old != null && !old.children.isEmpty()) {
      throw new DirectoryNotEmptyException("model");
    }
    if (old != null) {
      drop(target, to.name());
    }
    drop(source, from.name());
    put(target, to.name(), node);
  }

  void remove(VaultPath path) {
    if (path.isRoot()) {
      throw new InvalidPathException("model");
    }
    Node parent = directory(path.parent());
    Node node = parent.children.get(path.name());
    if (node == null) {
      throw new NoSuchPathException("model");
    }
    if (!node.children.isEmpty()) {
      throw new DirectoryNotEmptyException("model");
    }
    drop(parent, path.name());
  }

  void removeTree(VaultPath path) {
    if (path.isRoot()) {
      throw new InvalidPathException("model");
    }
    Node parent = directory(path.parent());
    Node node = parent.children.get(path.name());
    if (node == null) {
      throw new NoSuchPathException("model");
    }
    dropBelow(node);
    drop(parent, path.name());
  }

  void setAttributes(VaultPath path, NewAttributes attributes) {
    Node node = get(path);
    node.mode = attributes.mode();
    attributes.modified().ifPresent(time -> node.modified = time.toInstant());
    node.changed = now;
  }

  /** Returns every path but the root's, files reached by several names included as often. */
  List<VaultPath> paths() {
    List<VaultPath> paths = new ArrayList<>();
    collect(VaultPath.ROOT, root, paths);
    return paths;
  }

  @Nullable Node find(VaultPath path) {
    Node node = root;
    for (Name name : path.names()) {
      node = node.children.get(name);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  Node get(VaultPath path) {
    Node node = root;
    for (Name name : path.names()) {
      if (node.kind != Kind.DIRECTORY) {
        throw new NotDirectoryException("model");
      }
      Node child = node.children.get(name);
      if (child == null) {
        throw new NoSuchPathException("model");
      }
      node = child;
    }
    return node;
  }

  private Node directory(VaultPath path) {
    Node node = get(path);
    if (node.kind != Kind.DIRECTORY) {
      throw new NotDirectoryException("model");
    }
    return node;
  }

  private void replace(VaultPath path, Node node) {
    if (path.isRoot()) {
      throw new IsDirectoryException("model");
    }
    Node parent = directory(path.parent());
    Node old = parent.children.get(path.name());
    if (old != null && old.kind == Kind.DIRECTORY) {
      throw new IsDirectoryException("model");
    }
    if (old != null) {
      drop(parent, path.name());
    }
    put(parent, path.name(), node);
  }

  private void put(Node parent, Name name, Node node) {
    parent.children.put(name, node);
    node.links++;
    node.changed = now;
    date(parent);
  }

  private void drop(Node parent, Name name) {
    Node node = parent.children.remove(name);
    if (node == null) {
      throw new IllegalStateException("no entry " + name);
    }
    node.links--;
    node.changed = now;
    date(parent);
  }

  private void dropBelow(Node node) {
    for (Name name : List.copyOf(node.children.keySet())) {
      dropBelow(get(node, name));
      drop(node, name);
    }
  }

  private static Node get(Node node, Name name) {
    Node child = node.children.get(name);
    if (child == null) {
      throw new IllegalStateException("no entry " + name);
    }
    return child;
  }

  private void date(Node directory) {
    directory.modified = now;
    directory.changed = now;
  }

  private static void collect(VaultPath path, Node node, List<VaultPath> paths) {
    node.children.forEach(
        (name, child) -> {
          paths.add(path.resolve(name));
          collect(path.resolve(name), child, paths);
        });
  }
}
