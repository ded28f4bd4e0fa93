package dev.kintsugi.core.internal.archive.vault;

import java.io.IOException;
import java.nio.file.Path;

/** A process that holds a vault's lock until it is killed. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    WriterLock lock = WriterLock.acquire(Path.of(args[0]));
    System.out.println("locked");
    Thread.sleep(120_000);
    lock.close();
    throw new IllegalStateException("nobody killed the holder of " + args[0]);
  }
}
