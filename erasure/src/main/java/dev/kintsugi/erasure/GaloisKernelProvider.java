package dev.kintsugi.erasure;

/**
 * Announces a kernel to {@link GaloisKernels} through {@link java.util.ServiceLoader}.
 *
 * <p>A provider must load on every machine: whatever a kernel needs and may be missing (a module, a
 * native library, a processor feature) is only touched by {@link #create}.
 */
public interface GaloisKernelProvider {
  /** Returns the name of the kernel, as {@link GaloisKernel#name}. */
  String name();

  /**
   * Returns the rank among the kernels that a machine has: the highest is used by default. The
   * kernels of this library rank from 0 to 100, faster above slower; a negative rank keeps a kernel
   * from ever being the default.
   */
  int priority();

  /**
   * Returns the kernel.
   *
   * @throws KernelUnavailableException if this machine or this start of the virtual machine lacks
   *     what the kernel needs
   */
  GaloisKernel create();
}
