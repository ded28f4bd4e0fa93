package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernelProvider;
import dev.kintsugi.erasure.KernelUnavailableException;

/** Announces {@link IsalKernel}; jnr-ffi and the native library are both optional. */
public final class IsalKernelProvider implements GaloisKernelProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public IsalKernelProvider() {}

  @Override
  public String name() {
    return IsalKernel.NAME;
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public GaloisKernel create() {
    try {
      return new IsalKernel(IsalLibrary.load());
    } catch (LinkageError e) {
      throw new KernelUnavailableException("jnr-ffi is missing or cannot load: " + e, e);
    }
  }
}
