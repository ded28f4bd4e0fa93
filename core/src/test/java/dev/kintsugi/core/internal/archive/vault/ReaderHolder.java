package dev.kintsugi.core.internal.archive.vault;

import java.io.IOException;
import java.nio.file.Path;

/** A process that reads an object of a vault until it is killed. */
final class ReaderHolder {
  private ReaderHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    ReaderLock lock = ReaderLock.open(Path.of(args[0]));
    lock.enter();
    System.out.println("reading");
    Thread.sleep(120_000);
    lock.close();
    throw new IllegalStateException("nobody killed the reader of " + args[0]);
  }
}
