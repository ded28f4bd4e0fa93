package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernelProvider;

/** Announces {@link ConstantTimeKernel}. */
public final class ConstantTimeKernelProvider implements GaloisKernelProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public ConstantTimeKernelProvider() {}

  @Override
  public String name() {
    return ConstantTimeKernel.NAME;
  }

  @Override
  public int priority() {
    return 50;
  }

  @Override
  public GaloisKernel create() {
    return new ConstantTimeKernel();
  }
}
