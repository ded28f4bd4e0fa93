package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What all codes have in common: everything follows from the parity matrix, and a code only adds
 * its name and its local groups.
 */
abstract class LinearCode implements ErasureCode {
  static final int MAX_SHARDS = 255;

  private static final ThreadLocal<byte[][]> SINGLE_ROW =
      ThreadLocal.withInitial(() -> new byte[1][]);

  private static final ThreadLocal<ByteBuffer[]> SINGLE_BUFFER =
      ThreadLocal.withInitial(() -> new ByteBuffer[1]);

  private final int dataShards;
  private final GfMatrix parity;
  private final GfMatrix generator;
  private final GaloisKernel kernel;
  private final PreparedMatrix encoder;
  private final DecodeCache cache;
  private final PlanCache plans;
  private final AtomicReferenceArray<@Nullable Column> columns;
  private final boolean[] isData;
  private final boolean[] isParity;
  private final boolean[] isAny;
  private final boolean[] isNone;

  /** Creates a code without local groups. */
  LinearCode(GfMatrix parity, GaloisKernel kernel) {
    this(parity, List.of(), true, kernel);
  }

  /**
   * Creates a code.
   *
   * @param localGroups sets of shards, each with the property that any one of the set follows from
   *     the others of the set
   * @param isRegular whether no relation is shorter than the groups and the dimension make it; see
   *     {@link RepairPlanner}
   */
  LinearCode(GfMatrix parity, List<BitSet> localGroups, boolean isRegular, GaloisKernel kernel) {
    this.dataShards = parity.columns();
    this.parity = parity;
    this.generator = GfMatrix.identity(dataShards).above(parity);
    this.kernel = kernel;
    this.encoder =
        kernel.prepare(
            parity.toArray(), Rows.range(0, dataShards), Rows.range(dataShards, totalShards()));
    RepairPlanner planner = new RepairPlanner(this, parity, generator, localGroups, isRegular);
    this.plans = new PlanCache(planner);
    this.cache =
        new DecodeCache((lost, available) -> planner.plan(lost, available, unitCosts(), 0));
    this.columns = new AtomicReferenceArray<>(dataShards);
    this.isNone = new boolean[totalShards()];
    this.isData = new boolean[totalShards()];
    this.isParity = new boolean[totalShards()];
    this.isAny = new boolean[totalShards()];
    Arrays.fill(isData, 0, dataShards, true);
    Arrays.fill(isParity, dataShards, totalShards(), true);
    Arrays.fill(isAny, true);
  }

  /** Checks the numbers of shards of a code that is about to be made. */
  static void checkCounts(int dataShards, int parityShards) {
    if (dataShards < 1 || dataShards >= MAX_SHARDS) {
      throw new IllegalArgumentException(
          "dataShards (%d) must be in 1..%d".formatted(dataShards, MAX_SHARDS - 1));
    }
    if (parityShards < 1 || parityShards > MAX_SHARDS - dataShards) {
      throw new IllegalArgumentException(
          "parityShards (%d) must be in 1..%d with %d data shards"
              .formatted(parityShards, MAX_SHARDS - dataShards, dataShards));
    }
  }

  @Override
  public final int dataShards() {
    return dataShards;
  }

  @Override
  public final int parityShards() {
    return parity.rows();
  }

  @Override
  public int guaranteedLosses() {
    return parityShards();
  }

  @Override
  public final byte[] parityMatrix() {
    return parity.toArray();
  }

  @Override
  public final GaloisKernel kernel() {
    return kernel;
  }

  /** Returns the parity matrix. */
  final GfMatrix parity() {
    return parity;
  }

  @Override
  public final void encode(byte[][] shards, int offset, int length) {
    Shapes.check(shards, totalShards(), offset, length);
    encoder.multiply(shards, offset, shards, offset, length);
  }

  @Override
  public final boolean verify(byte[][] shards, int offset, int length) {
    Shapes.check(shards, totalShards(), offset, length);
    return encoder.matches(shards, offset, shards, offset, length);
  }

  @Override
  public final void encode(ByteBuffer[] shards) {
    Shapes.check(shards, isData, isParity, totalShards());
    encoder.multiply(shards, shards);
  }

  @Override
  public final boolean verify(ByteBuffer[] shards) {
    Shapes.check(shards, isAny, isNone, totalShards());
    return encoder.matches(shards, shards);
  }

  @Override
  public final boolean decodable(BitSet present) {
    checkIndices("present", present);
    if (present.cardinality() < dataShards) {
      return false;
    }
    RowSpace space = new RowSpace(dataShards, dataShards);
    present.stream().forEach(shard -> space.add(generator.row(shard)));
    return space.rank() == dataShards;
  }

  @Override
  public final void reconstruct(
      byte[][] shards, boolean[] present, boolean[] wanted, int offset, int length) {
    Shapes.checkFlags("present", present, totalShards());
    Shapes.checkFlags("wanted", wanted, totalShards());
    Shapes.check(shards, present, wanted, totalShards(), offset, length);
    Optional<RepairPlan> plan = cache.get(present, wanted);
    if (plan.isPresent()) {
      plan.get().run(shards, offset, length);
    }
  }

  @Override
  public final void reconstruct(byte[][] shards, boolean[] present, int offset, int length) {
    reconstruct(shards, present, isAny, offset, length);
  }

  @Override
  public final void reconstruct(ByteBuffer[] shards, boolean[] present, boolean[] wanted) {
    Shapes.checkFlags("present", present, totalShards());
    Shapes.checkFlags("wanted", wanted, totalShards());
    Shapes.check(shards, present, wanted, totalShards());
    Optional<RepairPlan> plan = cache.get(present, wanted);
    if (plan.isPresent()) {
      plan.get().run(shards);
    }
  }

  @Override
  public final void reconstruct(ByteBuffer[] shards, boolean[] present) {
    reconstruct(shards, present, isAny);
  }

  @Override
  public final RepairPlan planRepair(BitSet lost, BitSet available, double[] costs) {
    checkIndices("lost", lost);
    checkIndices("available", available);
    if (lost.isEmpty()) {
      throw new IllegalArgumentException("lost must not be empty");
    }
    if (lost.intersects(available)) {
      throw new IllegalArgumentException(
          "lost (%s) and available (%s) must not overlap".formatted(lost, available));
    }
    Shapes.checkNotNull("costs", costs);
    if (costs.length != totalShards()) {
      throw new IllegalArgumentException(
          "costs.length (%d) must be %d".formatted(costs.length, totalShards()));
    }
    for (int i = 0; i < costs.length; i++) {
      if (!(costs[i] >= 0 && costs[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "costs[%d] (%s) must be finite and not negative".formatted(i, costs[i]));
      }
    }
    return plans.plan(lost, available, costs);
  }

  @Override
  public final RepairPlan planRepair(BitSet lost) {
    checkIndices("lost", lost);
    BitSet available = new BitSet();
    available.set(0, totalShards());
    available.andNot(lost);
    return planRepair(lost, available, unitCosts());
  }

  @Override
  public final void updateParity(
      byte[][] shards, int dataShard, byte[] delta, int offset, int length) {
    Column column = column(shards, dataShard);
    Shapes.checkUpdate("delta", delta, "shards", shards, column.rows, offset, length);
    byte[][] row = SINGLE_ROW.get();
    row[0] = delta;
    try {
      column.product.multiplyAdd(row, offset, shards, offset, length);
    } finally {
      row[0] = null;
    }
  }

  @Override
  public final void updateParity(ByteBuffer[] shards, int dataShard, ByteBuffer delta) {
    Column column = column(shards, dataShard);
    Shapes.checkUpdate("delta", delta, "shards", shards, column.rows);
    ByteBuffer[] row = SINGLE_BUFFER.get();
    row[0] = delta;
    try {
      column.product.multiplyAdd(row, shards);
    } finally {
      row[0] = null;
    }
  }

  private Column column(Object[] shards, int dataShard) {
    if (dataShard < 0 || dataShard >= dataShards) {
      throw new IllegalArgumentException(
          "dataShard (%d) must be in 0..%d".formatted(dataShard, dataShards - 1));
    }
    Shapes.checkCount("shards", shards, totalShards());
    Column known = columns.get(dataShard);
    if (known != null) {
      return known;
    }
    int[] rows =
        IntStream.range(0, parity.rows()).filter(r -> parity.get(r, dataShard) != 0).toArray();
    byte[] coefficients = new byte[rows.length];
    int[] outputs = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      coefficients[i] = (byte) parity.get(rows[i], dataShard);
      outputs[i] = dataShards + rows[i];
    }
    Column column = new Column(kernel.prepare(coefficients, new int[] {0}, outputs), outputs);
    columns.set(dataShard, column);
    return column;
  }

  /** What one data shard adds to the parity shards that depend on it. */
  private static final class Column {
    private final PreparedMatrix product;

    /** The indices of those parity shards. */
    private final int[] rows;

    Column(PreparedMatrix product, int[] rows) {
      this.product = product;
      this.rows = rows;
    }
  }

  /** Returns how many plans are kept to reconstruct by. */
  final int cachedPlans() {
    return cache.size();
  }

  /** Returns how many plans are kept of those that were asked for. */
  final int cachedRepairPlans() {
    return plans.size();
  }

  private void checkIndices(String name, BitSet shards) {
    Shapes.checkNotNull(name, shards);
    if (shards.length() > totalShards()) {
      throw new IllegalArgumentException(
          "%s (%s) must hold indices below %d".formatted(name, shards, totalShards()));
    }
  }

  private double[] unitCosts() {
    double[] costs = new double[totalShards()];
    Arrays.fill(costs, 1);
    return costs;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof LinearCode that
        && toString().equals(that.toString())
        && parity.equals(that.parity);
  }

  @Override
  public final int hashCode() {
    return parity.hashCode();
  }

  @Override
  public abstract String toString();
}
