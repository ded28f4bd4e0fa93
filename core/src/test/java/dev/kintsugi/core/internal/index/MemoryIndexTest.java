package dev.kintsugi.core.internal.index;

/** The model keeps the contract. */
class MemoryIndexTest extends LivenessContract {
  @Override
  protected Index create() {
    return new MemoryIndex();
  }
}
