package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import java.util.concurrent.atomic.AtomicLong;

/** The durable state around leaf keys, shared by one life of the process and the next. */
final class World implements LeafReservation {
  static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

  final MemoryImageStore store = new MemoryImageStore();
  final TestSlotStorage sectors = new TestSlotStorage();
  final Secret slotKey = Secret.random(32);
  final AtomicLong next = new AtomicLong();
  final Fanouts shape;

  World(Fanouts shape) {
    this.shape = shape;
  }

  KeySlot slot() {
    return new TwoRecordKeySlot(sectors, slotKey, ID, true);
  }

  ForestLeafKeys create() {
    return ForestLeafKeys.create(ID, shape, store, slot(), this);
  }

  ForestLeafKeys open() {
    return ForestLeafKeys.open(ID, store, slot(), this, 0);
  }

  void crashWith(Crash crash) {
    store.crash = crash;
    sectors.crash = crash;
  }

  @Override
  public long reserve(int count) {
    return next.getAndAdd(count);
  }

  @Override
  public long limit() {
    return next.get();
  }
}
