package dev.kintsugi.erasure;

final class ConstantTimeKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return GaloisKernels.named("constant-time");
  }
}
