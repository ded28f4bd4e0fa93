package dev.kintsugi.erasure;

final class VectorKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return orSkip("vector");
  }
}
