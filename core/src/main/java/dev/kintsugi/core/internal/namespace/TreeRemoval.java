package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Removes a tree from its leaves up. Memory is bounded by the depth of the tree times the length of
 * a page, and by the number of entries removed.
 */
final class TreeRemoval {
  private static final int PAGE = 256;

  private final IndexReader index;
  private final InodeTable table;
  private final BiConsumer<Rows.Entry, InodeDraft> remove;

  /**
   * Makes a removal.
   *
   * @param remove takes one entry away
   */
  TreeRemoval(IndexReader index, InodeTable table, BiConsumer<Rows.Entry, InodeDraft> remove) {
    this.index = index;
    this.table = table;
    this.remove = remove;
  }

  /** Removes up to {@code limit} entries and returns whether the top one was the last of them. */
  boolean run(Rows.Entry top, int limit) {
    Deque<Rows.Entry> stack = new ArrayDeque<>();
    stack.push(top);
    int removed = 0;
    while (!stack.isEmpty()) {
      if (removed == limit) {
        return false;
      }
      Rows.Entry entry = stack.peek();
      InodeDraft inode = table.get(entry.ino());
      List<Rows.Entry> below =
          inode.kind() == Kind.DIRECTORY ? index.entries(inode.ino(), null, PAGE) : List.of();
      if (below.isEmpty()) {
        stack.pop();
        remove.accept(entry, inode);
        removed++;
      } else {
        // What is pushed is removed before this directory is looked at again, so the next page
        // starts at the front.
        below.forEach(stack::push);
      }
    }
    return true;
  }
}
