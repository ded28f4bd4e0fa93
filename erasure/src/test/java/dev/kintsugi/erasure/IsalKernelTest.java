package dev.kintsugi.erasure;

final class IsalKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return orSkip("isa-l");
  }
}
