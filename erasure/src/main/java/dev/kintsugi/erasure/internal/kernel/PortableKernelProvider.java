package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernelProvider;

/** Announces {@link PortableKernel}. */
public final class PortableKernelProvider implements GaloisKernelProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public PortableKernelProvider() {}

  @Override
  public String name() {
    return PortableKernel.NAME;
  }

  @Override
  public int priority() {
    return 40;
  }

  @Override
  public GaloisKernel create() {
    return new PortableKernel();
  }
}
