package dev.kintsugi.crypto.forest;

import java.io.IOException;

/** Lets the process die at every step of what it writes, torn or not, on some sectors. */
final class FragileSectors implements SlotStorage {
  private final SlotStorage sectors;
  final Crash crash = new Crash();

  FragileSectors(SlotStorage sectors) {
    this.sectors = sectors;
  }

  @Override
  public byte[] read(int sector) throws IOException {
    return sectors.read(sector);
  }

  @Override
  public void write(int sector, byte[] content) throws IOException {
    if (crash.now()) {
      byte[] torn = sectors.read(sector);
      System.arraycopy(content, 0, torn, 0, 77);
      sectors.write(sector, torn);
      throw crash.thrown();
    }
    sectors.write(sector, content);
    crash.after();
  }

  @Override
  public void sync() throws IOException {
    if (crash.now()) {
      throw crash.thrown();
    }
    sectors.sync();
    crash.after();
  }

  /** Leaves the sectors to the next life of the process. */
  @Override
  public void close() {}
}
