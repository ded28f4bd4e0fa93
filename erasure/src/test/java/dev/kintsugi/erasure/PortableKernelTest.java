package dev.kintsugi.erasure;

final class PortableKernelTest extends GaloisKernelContract {
  @Override
  GaloisKernel kernel() {
    return GaloisKernels.named("portable");
  }
}
