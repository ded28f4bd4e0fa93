package dev.kintsugi.crypto.forest;

/** The store the other tests rest on keeps what it promises, and loses what it may. */
final class MemoryImageStoreTest extends ImageStoreContract {
  @Override
  Medium medium() {
    MemoryImageStore store = new MemoryImageStore();
    return new Medium() {
      @Override
      public ImageStore open() {
        return store;
      }

      @Override
      public Crash crash() {
        return store.crash;
      }

      @Override
      public void restart(Loss loss) {
        store.crash.disarm();
        store.losePower(loss);
      }

      @Override
      public int pieces() {
        return store.images().size();
      }
    };
  }
}
