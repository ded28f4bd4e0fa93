/**
 * Erasure coding over GF(2^8), usable alone.
 *
 * <p>Codes are values made by the factories of {@link dev.kintsugi.erasure}; the arithmetic runs on
 * a {@link dev.kintsugi.erasure.GaloisKernel}, found through {@link java.util.ServiceLoader}.
 */
module dev.kintsugi.erasure {
  requires static transitive org.jspecify;
  requires kcp.fec;
  requires static org.jnrproject.jffi;

  exports dev.kintsugi.erasure;
  exports dev.kintsugi.erasure.audit;
  exports dev.kintsugi.erasure.durability;
  exports dev.kintsugi.erasure.stream;

  uses dev.kintsugi.erasure.GaloisKernelProvider;

  provides dev.kintsugi.erasure.GaloisKernelProvider with
      dev.kintsugi.erasure.internal.kernel.IsalKernelProvider,
      dev.kintsugi.erasure.internal.kernel.VectorKernelProvider,
      dev.kintsugi.erasure.internal.kernel.ConstantTimeKernelProvider,
      dev.kintsugi.erasure.internal.kernel.PortableKernelProvider,
      dev.kintsugi.erasure.internal.kernel.JavaReedSolomonKernelProvider;
}
