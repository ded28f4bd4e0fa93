package dev.kintsugi.cli.local;

import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a tree was when it was read: every item with its attributes and the SHA-256 of its bytes.
 * Compares a tree with that, trusting nothing but the file system.
 */
public final class Manifest {
  /** The digest of files' bytes. */
  public static final String DIGEST = "SHA-256";

  private static final class Item {
    final LocalAttributes attributes;
    final byte[] content;

    Item(LocalAttributes attributes, byte[] content) {
      this.attributes = attributes;
      this.content = content;
    }
  }

  private final Map<VaultPath, Item> items = new LinkedHashMap<>();

  /** Returns a new computation of {@link #DIGEST}. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance(DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + DIGEST, e);
    }
  }

  /**
   * Adds an item.
   *
   * @param content digest of a file's bytes, a link's target, or empty for a directory
   */
  public void add(VaultPath path, LocalAttributes attributes, byte[] content) {
    items.put(path, new Item(attributes, content.clone()));
  }

  /** Returns the number of items. */
  public int size() {
    return items.size();
  }

  /**
   * Compares a tree with the manifest in names, kinds, content, modes, times, links' targets, and
   * owners if asked for.
   *
   * @param root the tree
   * @param path the path of {@code root} in the manifest
   * @param withOwner whether owners must be the same; otherwise set-user-id and set-group-id bits
   *     may be missing where the owner differs
   * @param progress told of bytes read
   * @param stop asked between items
   * @return the differences, for people, empty if there are none
   */
  public List<String> compare(
      Path root,
      VaultPath path,
      boolean withOwner,
      java.util.function.LongConsumer progress,
      BooleanSupplier stop) {
    Comparison comparison = new Comparison(withOwner, progress);
    new LocalTree(comparison, List.of(), stop).walk(root, path);
    for (VaultPath item : items.keySet()) {
      if (!comparison.seen.contains(item)) {
        comparison.differs(item, "is missing");
      }
    }
    return comparison.differences;
  }

  /**
   * Returns how many items of a tree are not as they were, by their attributes alone, new and
   * vanished ones included.
   */
  public long changes(Path root, VaultPath path, List<LocalAttributes> excluded) {
    Set<VaultPath> same = new HashSet<>();
    long[] changed = {0};
    LocalTree.Visitor visitor =
        new LocalTree.Visitor() {
          private void see(VaultPath target, LocalAttributes now) {
            Item item = items.get(target);
            if (item != null
                && item.attributes.type() == now.type()
                && item.attributes.mode() == now.mode()
                && item.attributes.modified().equals(now.modified())
                && (now.type() == LocalAttributes.Type.DIRECTORY
                    || item.attributes.size() == now.size())) {
              same.add(target);
            } else if (item == null) {
              changed[0]++;
            }
          }

          @Override
          public boolean directory(Path local, VaultPath target, LocalAttributes attributes) {
            see(target, attributes);
            return true;
          }

          @Override
          public void file(Path local, VaultPath target, LocalAttributes attributes) {
            see(target, attributes);
          }

          @Override
          public void symlink(
              Path local, VaultPath target, byte[] linkTarget, LocalAttributes attributes) {
            see(target, attributes);
          }

          @Override
          public void refused(Path local, String reason) {}
        };
    new LocalTree(visitor, excluded, () -> false).walk(root, path);
    return changed[0] + items.size() - same.size();
  }

  private final class Comparison implements LocalTree.Visitor {
    private final Set<VaultPath> seen = new HashSet<>();
    private final List<String> differences = new ArrayList<>();
    private final boolean withOwner;
    private final java.util.function.LongConsumer progress;

    Comparison(boolean withOwner, java.util.function.LongConsumer progress) {
      this.withOwner = withOwner;
      this.progress = progress;
    }

    void differs(VaultPath path, String how) {
      differences.add(path + " " + how);
    }

    @Override
    public boolean directory(Path local, VaultPath target, LocalAttributes attributes) {
      attributes(target, attributes, new byte[0]);
      return true;
    }

    @Override
    public void file(Path local, VaultPath target, LocalAttributes attributes) {
      MessageDigest digest = digest();
      byte[] buffer = new byte[1 << 18];
      try (InputStream in =
          Files.newInputStream(local, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        int count;
        while ((count = in.read(buffer)) >= 0) {
          digest.update(buffer, 0, count);
          progress.accept(count);
        }
      } catch (IOException e) {
        differs(target, "cannot be read: " + LocalTree.reason(e));
        seen.add(target);
        return;
      }
      attributes(target, attributes, digest.digest());
    }

    @Override
    public void symlink(
        Path local, VaultPath target, byte[] linkTarget, LocalAttributes attributes) {
      attributes(target, attributes, linkTarget);
    }

    @Override
    public void refused(Path local, String reason) {
      differences.add(LocalPaths.display(local) + ": " + reason);
    }

    private void attributes(VaultPath path, LocalAttributes now, byte[] content) {
      seen.add(path);
      Item item = items.get(path);
      if (item == null) {
        differs(path, "was never stored");
        return;
      }
      LocalAttributes then = item.attributes;
      if (then.type() != now.type()) {
        differs(path, "was a " + then.type().noun() + " and is a " + now.type().noun());
        return;
      }
      if (!Arrays.equals(item.content, content)) {
        differs(
            path,
            then.type() == LocalAttributes.Type.FILE ? "has other bytes" : "has another target");
      }
      if (expectedMode(then, now) != now.mode()) {
        differs(path, String.format("had mode %04o and has %04o", then.mode(), now.mode()));
      }
      if (!sameTime(then, now)) {
        differs(path, "was modified " + then.modified() + " and is " + now.modified());
      }
      if (withOwner && (then.uid() != now.uid() || then.gid() != now.gid())) {
        differs(
            path,
            String.format(
                "belonged to %d:%d and belongs to %d:%d",
                then.uid(), then.gid(), now.uid(), now.gid()));
      }
    }

    private int expectedMode(LocalAttributes then, LocalAttributes now) {
      if (then.type() == LocalAttributes.Type.SYMLINK) {
        return now.mode(); // links have none of their own
      }
      return withOwner
          ? then.mode()
          : Restorer.modeWithoutOwner(
              then.mode(), then.uid() == now.uid(), then.gid() == now.gid());
    }

    private boolean sameTime(LocalAttributes then, LocalAttributes now) {
      if (then.type() == LocalAttributes.Type.SYMLINK && !Restorer.exactLinkTimes()) {
        return then.modified().to(TimeUnit.MICROSECONDS)
            == now.modified().to(TimeUnit.MICROSECONDS);
      }
      return then.modified().equals(now.modified());
    }
  }
}
