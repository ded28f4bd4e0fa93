package dev.kintsugi.core.store;

import dev.kintsugi.core.InvalidPathException;
import java.util.ArrayList;
import java.util.List;

/**
 * An absolute path in a vault: a list of names, empty for the root.
 *
 * @param names the names from the root down
 */
public record VaultPath(List<Name> names) {
  /** The root directory, {@code /}. */
  public static final VaultPath ROOT = new VaultPath(List.of());

  /** Copies the list. */
  public VaultPath {
    names = List.copyOf(names);
  }

  /**
   * Reads a path from text such as {@code /photos/2026/a.jpg}. Repeated and trailing slashes are
   * ignored.
   *
   * @throws InvalidPathException if the text does not start with {@code /} or holds a name that
   *     cannot be stored
   */
  public static VaultPath parse(String text) {
    if (!text.startsWith("/")) {
      throw new InvalidPathException("a path in a vault starts with '/': " + text);
    }
    List<Name> names = new ArrayList<>();
    int start = 1;
    for (int end = 1; end <= text.length(); end++) {
      if (end == text.length() || text.charAt(end) == '/') {
        if (end > start) {
          names.add(Name.of(text.substring(start, end)));
        }
        start = end + 1;
      }
    }
    return new VaultPath(names);
  }

  /** Returns whether this is the root. */
  public boolean isRoot() {
    return names.isEmpty();
  }

  /** Returns the path of an entry of this directory. */
  public VaultPath resolve(Name name) {
    List<Name> longer = new ArrayList<>(names);
    longer.add(name);
    return new VaultPath(longer);
  }

  /** Returns the path of an entry of this directory, its name in UTF-8. */
  public VaultPath resolve(String name) {
    return resolve(Name.of(name));
  }

  /**
   * Returns the directory that holds this entry.
   *
   * @throws IllegalStateException for the root
   */
  public VaultPath parent() {
    if (isRoot()) {
      throw new IllegalStateException("the root has no parent");
    }
    return new VaultPath(names.subList(0, names.size() - 1));
  }

  /**
   * Returns the last name.
   *
   * @throws IllegalStateException for the root
   */
  public Name name() {
    if (isRoot()) {
      throw new IllegalStateException("the root has no name");
    }
    return names.get(names.size() - 1);
  }

  /** Returns whether this path is {@code other} or lies below it. */
  public boolean startsWith(VaultPath other) {
    return names.size() >= other.names.size()
        && names.subList(0, other.names.size()).equals(other.names);
  }

  /** Returns the path as text; see {@link Name#toString}. */
  @Override
  public String toString() {
    if (isRoot()) {
      return "/";
    }
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append('/').append(name));
    return text.toString();
  }
}
