package dev.kintsugi.erasure;

final class IsalKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return GaloisKernels.named("isa-l");
  }
}
