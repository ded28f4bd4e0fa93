package dev.kintsugi.erasure;

final class JavaReedSolomonKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return GaloisKernels.named("javareedsolomon");
  }
}
