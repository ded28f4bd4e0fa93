package dev.kintsugi.bench;

import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.forest.Fanouts;
import dev.kintsugi.crypto.forest.Forest;
import dev.kintsugi.crypto.forest.ForestLeafKeys;
import dev.kintsugi.crypto.forest.ImageStore;
import dev.kintsugi.crypto.forest.KeySlots;
import dev.kintsugi.crypto.group.DeviceId;
import dev.kintsugi.crypto.group.DeviceKeys;
import dev.kintsugi.crypto.group.GroupKeyChain;
import dev.kintsugi.crypto.group.GroupKeyState;
import dev.kintsugi.crypto.group.Lockbox;
import dev.kintsugi.crypto.group.Role;
import dev.kintsugi.crypto.group.Roster;
import dev.kintsugi.crypto.group.RosterChain;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Leaf keys, commits, lockboxes and rosters; the score is microseconds per operation. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CryptoKeysBenchmark {
  private static final byte[] ID = new byte[16];

  private final Forest forest = Forest.create(ID, Fanouts.DEFAULT);
  private final Random random = new Random(1);
  private final DeviceKeys owner = new DeviceKeys(Secret.random(32));
  private final DeviceKeys member = new DeviceKeys(Secret.random(32));
  private final GroupKeyState state = new GroupKeyChain(ID, 1000, Secret.random(32)).state(500);
  private final Roster small = roster(0);
  private final Roster large = roster(998);
  private final byte[] lockbox = Lockbox.seal(state, small, member.id());
  private long next;

  private Roster roster(int more) {
    Map<DeviceId, Role> members = new LinkedHashMap<>();
    members.put(owner.id(), Role.OWNER);
    members.put(member.id(), Role.READER);
    for (int i = 0; i < more; i++) {
      members.put(new DeviceKeys(Secret.random(32)).id(), Role.READER);
    }
    return Roster.sign(owner, Optional.empty(), state, members);
  }

  /** The key of the next leaf: most of the path is known. */
  @Benchmark
  public Secret leafKeyWarm() {
    return forest.leaf(next++ & 0xffffffffL);
  }

  /** The key of any leaf of 2^32. */
  @Benchmark
  public Secret leafKeyCold() {
    return forest.leaf(random.nextLong() >>> 32);
  }

  /** Seals a lockbox. */
  @Benchmark
  public byte[] lockboxSeal() {
    return Lockbox.seal(state, small, member.id());
  }

  /** Opens a lockbox. */
  @Benchmark
  public GroupKeyState lockboxOpen() {
    return Lockbox.open(lockbox, small, member);
  }

  /** Reads and verifies a roster of a thousand members. */
  @Benchmark
  public RosterChain rosterVerify1000() {
    return RosterChain.of(Roster.decode(large.encoded()), ID, owner.id());
  }

  /** Images and ids in memory: the figures are those of the forest alone. */
  private static final class Memory implements ImageStore, LeafReservation {
    private final Map<String, byte[]> images = new HashMap<>();
    private final AtomicLong ids = new AtomicLong();

    @Override
    public void put(String name, byte[] image) {
      images.put(name, image);
    }

    @Override
    public void flush() {}

    @Override
    public Optional<byte[]> get(String name) {
      return Optional.ofNullable(images.get(name));
    }

    @Override
    public void delete(String name) {
      images.remove(name);
    }

    @Override
    public Set<String> names() {
      return Set.copyOf(images.keySet());
    }

    @Override
    public long reserve(int count) {
      return ids.getAndAdd(count);
    }

    @Override
    public long limit() {
      return ids.get();
    }
  }

  /** Leaf keys with punctures that wait for a commit, made anew for every commit. */
  @State(Scope.Thread)
  public static class Pending {
    private ForestLeafKeys million = create(1 << 20, 10_486);
    private ForestLeafKeys hundredMillion = create(100_000_000, 100);

    private static ForestLeafKeys create(int leaves, int punctures) {
      Memory memory = new Memory();
      ForestLeafKeys keys =
          ForestLeafKeys.create(ID, Fanouts.DEFAULT, memory, KeySlots.memory(), memory);
      keys.allocate(leaves);
      Random random = new Random(3);
      for (int i = 0; i < punctures; i++) {
        keys.puncture(random.nextInt(leaves));
      }
      return keys;
    }

    /** Says how much the last commits wrote; the score is their time. */
    @TearDown(Level.Trial)
    public void bytes() {
      System.out.printf(
          "%nbytes written by the last commit: %d of 2^20 leaves, %d of 10^8%n",
          million.lastCommitBytes(), hundredMillion.lastCommitBytes());
    }

    /** Prepares the next commit. */
    @Setup(Level.Invocation)
    public void prepare() {
      million = create(1 << 20, 10_486);
      hundredMillion = create(100_000_000, 100);
    }
  }

  /** Commits 1 % of 2^20 leaves punctured at random. */
  @Benchmark
  public long commitOnePercentOfMillion(Pending pending) {
    pending.million.commit();
    return pending.million.lastCommitBytes();
  }

  /** Commits 100 punctures among 10^8 leaves. */
  @Benchmark
  public long commitHundredOfHundredMillion(Pending pending) {
    pending.hundredMillion.commit();
    return pending.hundredMillion.lastCommitBytes();
  }
}
