package dev.kintsugi.cli.console;

import dev.kintsugi.core.store.Progress;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far one task has come. Cheap to tell, from any thread; shows itself a few times a second at
 * most. Closing removes the bar.
 */
public final class Meter implements Progress, AutoCloseable {
  private static final long BAR_NANOS = 200_000_000;
  private static final long EVENT_NANOS = 1_000_000_000;
  private static final int BAR_CELLS = 24;

  private final Console console;
  private final String task;
  private final boolean draw;
  private final boolean events;
  private final long start = System.nanoTime();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong nextShow;
  private volatile long total = -1;
  private volatile String unit = "bytes";
  private volatile boolean closed;

  Meter(Console console, String task, boolean draw, boolean events) {
    this.console = console;
    this.task = task;
    this.draw = draw;
    this.events = events;
    this.nextShow = new AtomicLong(start + (draw ? BAR_NANOS : EVENT_NANOS));
  }

  /** Returns whether anybody sees it, so that finding out the total is worth the trouble. */
  public boolean visible() {
    return draw || events;
  }

  /** Sets how much there is to do. */
  public void total(long amount) {
    total = amount;
  }

  /** Adds to what is done. */
  public void add(long amount) {
    done.addAndGet(amount);
    show();
  }

  /** Returns how much is done. */
  public long done() {
    return done.get();
  }

  /** Returns the nanoseconds since the task began. */
  public long elapsed() {
    return System.nanoTime() - start;
  }

  @Override
  public void update(String ignoredTask, long newDone, long newTotal, String newUnit) {
    unit = newUnit;
    total = newTotal;
    done.set(newDone);
    show();
  }

  private void show() {
    if (!visible() || closed) {
      return;
    }
    long now = System.nanoTime();
    long due = nextShow.get();
    if (now - due < 0 || !nextShow.compareAndSet(due, now + (draw ? BAR_NANOS : EVENT_NANOS))) {
      return;
    }
    long amount = done.get();
    if (events) {
      Json line = Json.event("progress").with("task", task).with("done", amount).with("unit", unit);
      if (total >= 0) {
        line.with("total", total);
      }
      line.with("seconds", Units.seconds(now - start));
      console.event(line);
    } else {
      String text = bar(task, amount, total, unit, now - start);
      console.drawBar(text.length() < console.columns() ? text : "");
    }
  }

  /** Returns the text of a bar: share, amount, rate and time left. */
  static String bar(String task, long done, long total, String unit, long nanos) {
    boolean isBytes = unit.equals("bytes");
    StringBuilder text = new StringBuilder(task).append(' ');
    if (total > 0) {
      double share = Math.min(1, (double) done / total);
      int cells = (int) (share * BAR_CELLS);
      text.append(String.format(Locale.ROOT, "%3d%% [", (int) (share * 100)))
          .append("#".repeat(cells))
          .append(".".repeat(BAR_CELLS - cells))
          .append("] ");
    }
    text.append(isBytes ? Units.bytes(done) : String.format(Locale.ROOT, "%,d", done));
    if (total > 0) {
      text.append(" of ")
          .append(isBytes ? Units.bytes(total) : String.format(Locale.ROOT, "%,d", total));
    }
    text.append(isBytes ? "" : " " + unit);
    if (done > 0 && nanos > 0) {
      text.append("  ");
      text.append(
          isBytes
              ? Units.rate(done, nanos)
              : String.format(Locale.ROOT, "%,d/s", (long) (done * 1e9 / nanos)));
      if (total >= done) {
        long left = (long) ((double) nanos / done * (total - done) / 1e9);
        text.append("  ").append(Units.clock(left)).append(" left");
      }
    }
    return text.toString();
  }

  /** Removes the bar; nothing is shown any more. */
  public void finish() {
    closed = true;
    if (draw) {
      console.drawBar("");
    }
  }

  @Override
  public void close() {
    finish();
  }
}
