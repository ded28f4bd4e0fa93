package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernelProvider;
import dev.kintsugi.erasure.KernelUnavailableException;

/**
 * Announces the kernel on {@code jdk.incubator.vector}, which is compiled apart from this class: it
 * can only be loaded when the virtual machine was started with that module.
 */
public final class VectorKernelProvider implements GaloisKernelProvider {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String KERNEL = "dev.kintsugi.erasure.internal.kernel.VectorKernel";

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public VectorKernelProvider() {}

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int priority() {
    return 80;
  }

  @Override
  public GaloisKernel create() {
    Module vectors =
        ModuleLayer.boot()
            .findModule(MODULE)
            .orElseThrow(
                () ->
                    new KernelUnavailableException(
                        "start the virtual machine with --add-modules " + MODULE));
    VectorKernelProvider.class.getModule().addReads(vectors);
    try {
      return Class.forName(KERNEL)
          .asSubclass(GaloisKernel.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new KernelUnavailableException("the vector kernel cannot be loaded: " + e, e);
    }
  }
}
