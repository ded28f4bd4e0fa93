package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.erasure.RepairPlan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One read of some blocks of one extent. The caller's thread runs a loop over what archives answer
 * and does the decoding; archives' threads read, and open the blocks of data shards.
 *
 * <p>Three ways to a block, each tried only when the one before failed: its own shard; decoding
 * from the same range of the others that a repair plan names; decoding from whole shards whose MACs
 * hold.
 */
final class ReadOperation {
  // What a shard costs in plans; one that is doubtful costs more than all that are less doubtful.
  private static final double ASKED = 1;
  private static final double UNASKED = 2;
  private static final double TROUBLED = 1e3;
  private static final double AVOIDED = 1e6;
  private static final double SLOW = 1e9;

  private final StripeReader reader;
  private final Stripe stripe;
  private final Scheme scheme;
  private final List<Run> runs;
  private final BlockTarget target;
  private final BlockingQueue<Fetch> ended = new LinkedBlockingQueue<>();
  private final List<Fetch> fetches = new ArrayList<>();
  private final List<Detour> detours = new ArrayList<>();
  private final BitSet opened = new BitSet();
  private final Culprits culprits;

  ReadOperation(
      StripeReader reader, Stripe stripe, Scheme scheme, List<Run> runs, BlockTarget target) {
    this.reader = reader;
    this.stripe = stripe;
    this.scheme = scheme;
    this.runs = runs;
    this.target = target;
    this.culprits = new Culprits(reader, stripe);
  }

  void run() {
    try {
      try {
        readDirectly();
        if (!complete() && (!loop() || !complete())) {
          readVerified();
        }
        culprits.report();
      } finally {
        for (Fetch fetch : fetches) {
          fetch.release();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while reading stripe " + stripe.id(), e);
    }
  }

  private void readDirectly() throws InterruptedException {
    for (Run run : runs) {
      if (!reader.avoid(stripe, run.shard())) {
        start(run.shard(), run.low(), run.high(), run);
      }
    }
    for (Run run : runs) {
      if (reader.avoid(stripe, run.shard())) {
        detour(run);
      }
    }
  }

  private Fetch start(int shard, int low, int high, @Nullable Run run) {
    Fetch fetch = new Fetch(shard, stripe.archive(shard), low, high, run, reader.buffers());
    fetches.add(fetch);
    fetch.start(reader.archives(), reader.pool(), stripe, reader.keys(), target, ended::add);
    return fetch;
  }

  /** Handles answers until all blocks are open; returns false if that cannot be reached. */
  private boolean loop() throws InterruptedException {
    while (!complete()) {
      boolean decoded = false;
      for (Detour detour : detours) {
        boolean before = detour.ended;
        if (!detour.advance()) {
          return false;
        }
        decoded |= detour.ended != before;
      }
      if (decoded) {
        continue; // what was decoded may have ended fetches that another detour waits for
      }
      Fetch fetch = ended.poll(nextDeadline(), TimeUnit.NANOSECONDS);
      if (fetch != null) {
        answered(fetch);
      } else {
        noteSlow();
      }
    }
    return true;
  }

  private long nextDeadline() {
    long least = TimeUnit.HOURS.toNanos(1);
    for (Fetch fetch : fetches) {
      if (!fetch.slow && pending(fetch)) {
        long left = fetch.started + reader.patience(fetch.archive) - System.nanoTime();
        least = Math.min(least, Math.max(0, left));
      }
    }
    return least;
  }

  private void noteSlow() throws InterruptedException {
    for (Fetch fetch : List.copyOf(fetches)) {
      if (!fetch.slow
          && pending(fetch)
          && System.nanoTime() - fetch.started >= reader.patience(fetch.archive)) {
        fetch.slow = true;
        reader.latency().failed(fetch.archive);
        Run run = fetch.run();
        if (run != null) {
          detour(run);
        }
      }
    }
  }

  private static boolean pending(Fetch fetch) {
    Fetch.State state = fetch.state();
    return state == Fetch.State.READING || state == Fetch.State.OPENING;
  }

  private void answered(Fetch fetch) throws InterruptedException {
    Throwable failure = fetch.failure();
    if (failure != null) {
      culprits.failed(fetch.shard, failure);
      reader.latency().failed(fetch.archive);
    } else if (fetch.state() == Fetch.State.DONE) {
      reader.latency().answered(fetch.archive, System.nanoTime() - fetch.started);
    }
    Run run = fetch.run();
    if (run == null) {
      return;
    }
    if (fetch.state() == Fetch.State.DONE) {
      opened.set(run.firstBlock(), run.firstBlock() + run.blocks().size());
      opened.andNot(fetch.unopened());
    }
    if (!fetch.good()) {
      if (!fetch.unopened().isEmpty()) {
        culprits.lied(fetch.shard);
        reader.latency().failed(fetch.archive);
      }
      detour(run);
    }
  }

  private boolean complete() {
    for (Run run : runs) {
      if (!complete(run)) {
        return false;
      }
    }
    return true;
  }

  private boolean complete(Run run) {
    return opened.nextClearBit(run.firstBlock()) >= run.firstBlock() + run.blocks().size();
  }

  private boolean mayStillCome(Run run) {
    return fetches.stream().anyMatch(fetch -> run.equals(fetch.run()) && pending(fetch));
  }

  private void detour(Run run) {
    for (Detour detour : detours) {
      if (!detour.ended && detour.low == run.low() && detour.high == run.high()) {
        detour.add(run);
        return;
      }
    }
    detours.add(new Detour(run));
  }

  /** Opens those blocks of a run that are not open yet, from a row that starts at an offset. */
  private boolean open(Run run, byte[] row, int rowStart) throws InterruptedException {
    for (Fetch fetch : fetches) {
      if (run.equals(fetch.run()) && fetch.settle() == Fetch.State.DONE) {
        opened.set(run.firstBlock(), run.firstBlock() + run.blocks().size());
        opened.andNot(fetch.unopened());
      }
    }
    ExtentSealer sealer = target.sealer();
    boolean all = true;
    for (int i = 0; i < run.blocks().size(); i++) {
      int block = run.firstBlock() + i;
      BlockPosition at = run.blocks().get(i);
      if (!opened.get(block)) {
        if (target.open(sealer, block, row, at.offset() - rowStart, at.length())) {
          opened.set(block);
        } else {
          all = false;
        }
      }
    }
    return all;
  }

  /**
   * The same range of other shards, to decode the runs that could not be had directly.
   *
   * <p>A repair plan tells which shards to ask. It holds until one of them fails, lies or is slow;
   * the next plan then makes do with what has arrived as far as it can.
   */
  private final class Detour {
    private final int low;
    private final int high;
    private final List<Run> around = new ArrayList<>();
    private final Map<Integer, Fetch> sources = new TreeMap<>();
    private final double[] firstCosts = new double[scheme.totalShards()];
    private @Nullable RepairPlan plan;
    private boolean ended;

    Detour(Run run) {
      this.low = run.low();
      this.high = run.high();
      around.add(run);
      for (int shard = 0; shard < firstCosts.length; shard++) {
        if (reader.avoid(stripe, shard)) {
          firstCosts[shard] = AVOIDED;
        } else {
          boolean troubled = reader.latency().trouble(stripe.archive(shard)) > 0.5;
          firstCosts[shard] = troubled ? TROUBLED : UNASKED;
        }
      }
    }

    /** Also decodes another run of the same range. */
    void add(Run run) {
      if (!around.contains(run)) {
        around.add(run);
        plan = null;
      }
    }

    /** Returns a fetch of a shard that covers this range and has not failed. */
    private @Nullable Fetch covering(int shard) {
      for (Fetch fetch : fetches) {
        if (fetch.shard == shard
            && fetch.low <= low
            && fetch.high >= high
            && (fetch.good() || pending(fetch))) {
          return fetch;
        }
      }
      return null;
    }

    /** Does what can be done now; returns false if this way leads nowhere. */
    boolean advance() throws InterruptedException {
      if (ended) {
        return true;
      }
      if (around.removeIf(ReadOperation.this::complete)) {
        plan = null; // what came late after all helps to decode the others
      }
      if (around.isEmpty()) {
        return true;
      }
      RepairPlan current = plan;
      if (current == null || isStale(current)) {
        Optional<RepairPlan> next = replan();
        plan = next.orElse(null);
        if (next.isEmpty()) {
          return around.stream().anyMatch(ReadOperation.this::mayStillCome);
        }
        current = next.get();
      }
      for (int shard : current.reads()) {
        if (!sources.containsKey(shard)) {
          Fetch fetch = covering(shard);
          sources.put(shard, fetch != null ? fetch : start(shard, low, high, null));
        }
      }
      for (int shard : current.reads()) {
        Fetch fetch = sources.get(shard);
        if (fetch == null || !fetch.good()) {
          return true; // waits for it
        }
      }
      ended = true;
      return decode(current);
    }

    /** Returns whether a plan is not the best one any more. */
    private boolean isStale(RepairPlan current) {
      boolean waitsForSlow = false;
      for (int shard : current.reads()) {
        Fetch fetch = sources.get(shard);
        if (fetch != null) {
          if (isOut(shard, fetch)) {
            return true;
          }
          waitsForSlow |= fetch.slow && !fetch.good();
        }
      }
      // Slow ones are only in a plan for want of others, which may have come meanwhile; and slow
      // ones that are in no plan may have come while the plan waits.
      return waitsForSlow
          || sources.values().stream()
              .anyMatch(
                  fetch -> fetch.slow && fetch.good() && !current.reads().contains(fetch.shard));
    }

    private boolean isOut(int shard, Fetch fetch) {
      return culprits.isLiar(shard) || (!fetch.good() && !pending(fetch));
    }

    private Optional<RepairPlan> replan() {
      // One that was stopped, because its own blocks were not wanted any more, may be asked again.
      sources.values().removeIf(fetch -> fetch.state() == Fetch.State.ABANDONED);
      BitSet lost = new BitSet();
      around.forEach(run -> lost.set(run.shard()));
      BitSet available = new BitSet();
      double[] costs = new double[scheme.totalShards()];
      for (int shard = 0; shard < costs.length; shard++) {
        Fetch fetch = sources.get(shard);
        if (fetch == null) {
          fetch = covering(shard);
        }
        available.set(
            shard,
            !lost.get(shard) && !culprits.isLiar(shard) && (fetch == null || !isOut(shard, fetch)));
        costs[shard] = fetch == null ? firstCost(shard) : cost(fetch);
      }
      return scheme.plan(lost, available, costs);
    }

    private double firstCost(int shard) {
      return culprits.hasFailed(shard) ? AVOIDED : firstCosts[shard];
    }

    private static double cost(Fetch fetch) {
      if (fetch.good()) {
        return 0;
      }
      return fetch.slow ? SLOW : ASKED;
    }

    private boolean decode(RepairPlan from) throws InterruptedException {
      byte[][] rows = new byte[scheme.totalShards()][];
      List<byte[]> taken = new ArrayList<>();
      int length = high - low;
      try {
        for (int shard : from.reads()) {
          Fetch fetch = Objects.requireNonNull(sources.get(shard));
          byte[] bytes = fetch.bytes();
          if (bytes.length != length) {
            byte[] slice = take(length, taken);
            System.arraycopy(bytes, low - fetch.low, slice, 0, length);
            bytes = slice;
          }
          rows[shard] = bytes;
        }
        for (int shard : from.lost()) {
          rows[shard] = take(length, taken);
        }
        from.repair(rows, 0, length);
        boolean all = true;
        for (Run run : around) {
          all &= open(run, rows[run.shard()], low);
        }
        return all;
      } finally {
        taken.forEach(reader.buffers()::giveBack);
      }
    }

    private byte[] take(int length, List<byte[]> taken) {
      byte[] array = reader.buffers().take(length);
      taken.add(array);
      return array;
    }
  }

  /** Checks all shards wholly and decodes what is left from those that are intact. */
  private void readVerified() throws InterruptedException {
    try (VerifiedShards verified = VerifiedShards.of(reader, stripe, scheme)) {
      verified.intact().forEach((shard, record) -> culprits.compare(shard, record, fetches));
      for (Run run : runs) {
        if (!complete(run) && !open(run, verified.row(run), -ShardPrefix.LENGTH)) {
          throw new IntegrityException(
              "stripe %s has %d intact shards, but blocks %d to %d of the extent do not open: the"
                      .formatted(
                          stripe.id(),
                          verified.intact().size(),
                          run.firstBlock(),
                          run.firstBlock() + run.blocks().size() - 1)
                  + " key is another extent's, or they were written wrongly");
        }
      }
    }
  }
}
