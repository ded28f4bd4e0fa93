package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernelProvider;

/** Announces {@link JavaReedSolomonKernel}. */
public final class JavaReedSolomonKernelProvider implements GaloisKernelProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public JavaReedSolomonKernelProvider() {}

  @Override
  public String name() {
    return JavaReedSolomonKernel.NAME;
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public GaloisKernel create() {
    return new JavaReedSolomonKernel();
  }
}
