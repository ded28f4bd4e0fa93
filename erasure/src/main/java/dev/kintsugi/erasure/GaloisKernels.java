package dev.kintsugi.erasure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;

/**
 * The kernels of this machine.
 *
 * <p>Kernels are found once, when first asked for. The default is the available kernel with the
 * highest priority, unless the system property {@value #PROPERTY} names another. Which faster ones
 * are missing and why is logged then, at level INFO to the logger {@code dev.kintsugi.erasure}.
 */
public final class GaloisKernels {
  /** The system property that names the default kernel. */
  public static final String PROPERTY = "kintsugi.erasure.kernel";

  private GaloisKernels() {}

  /**
   * What is known about one kernel.
   *
   * @param name the kernel's name
   * @param priority its rank, the highest first
   * @param kernel the kernel, empty if it cannot run here
   * @param reason why it cannot run here, empty if it can
   */
  public record Entry(
      String name, int priority, Optional<GaloisKernel> kernel, Optional<String> reason) {
    private static Entry of(GaloisKernelProvider provider) {
      try {
        return new Entry(
            provider.name(), provider.priority(), Optional.of(provider.create()), Optional.empty());
      } catch (KernelUnavailableException e) {
        return new Entry(
            provider.name(),
            provider.priority(),
            Optional.empty(),
            Optional.ofNullable(e.getMessage()));
      }
    }
  }

  /** Returns every known kernel, available or not, the highest priority first; unmodifiable. */
  public static List<Entry> all() {
    return Found.ENTRIES;
  }

  /**
   * Returns the default kernel.
   *
   * @throws IllegalArgumentException if the system property {@value #PROPERTY} names an unknown
   *     kernel
   * @throws KernelUnavailableException if it names one that cannot run here
   */
  public static GaloisKernel best() {
    String chosen = System.getProperty(PROPERTY);
    return chosen == null ? Found.BEST : named(chosen);
  }

  /**
   * Returns the kernel with a name.
   *
   * @throws IllegalArgumentException if no kernel has that name
   * @throws KernelUnavailableException if the kernel cannot run here
   */
  public static GaloisKernel named(String name) {
    List<String> names = new ArrayList<>();
    for (Entry entry : all()) {
      if (entry.name().equals(name)) {
        return entry
            .kernel()
            .orElseThrow(
                () ->
                    new KernelUnavailableException(
                        "kernel %s is not available: %s"
                            .formatted(name, entry.reason().orElse(""))));
      }
      names.add(entry.name());
    }
    throw new IllegalArgumentException(
        "kernel (%s) must be one of %s".formatted(name, String.join(", ", names)));
  }

  /**
   * Returns a kernel that computes the same on several threads: each product is cut into ranges of
   * positions, of at least 16 KiB, which the calling thread works off together with tasks given to
   * the executor. Products shorter than two such ranges stay on the calling thread.
   *
   * <p>A call returns when its product is complete, and no task of it touches a row later. It never
   * waits for a task that has not started: a busy or refusing executor, or calls from its own
   * threads, make it slower and nothing else. An executor that throws anything but {@link
   * java.util.concurrent.RejectedExecutionException} is broken: the call throws the same, leaving
   * the outputs undefined, and no task of it touches a row later either. The executor belongs to
   * the caller.
   *
   * <p>Example: {@code code.withKernel(GaloisKernels.spread(code.kernel(), pool, 4))}.
   *
   * @param kernel what computes each range
   * @param executor where other threads come from
   * @param parts the most ranges, at least 1; the number of threads that may work on one product
   * @throws IllegalArgumentException if the kernel or the executor is null or the number of parts
   *     is not positive
   */
  public static GaloisKernel spread(GaloisKernel kernel, Executor executor, int parts) {
    Shapes.checkNotNull("kernel", kernel);
    Shapes.checkNotNull("executor", executor);
    if (parts < 1) {
      throw new IllegalArgumentException("parts (%d) must be at least 1".formatted(parts));
    }
    return new SpreadKernel(kernel, executor, parts);
  }

  /** Holds the kernels, found when this class is first used. */
  private static final class Found {
    static final List<Entry> ENTRIES = find();
    static final GaloisKernel BEST =
        ENTRIES.stream()
            .filter(entry -> entry.priority() >= 0)
            .flatMap(entry -> entry.kernel().stream())
            .findFirst()
            .orElseThrow(() -> new KernelUnavailableException("no kernel is available"));

    private static List<Entry> find() {
      List<Entry> entries = new ArrayList<>();
      ServiceLoader<GaloisKernelProvider> loader =
          ServiceLoader.load(
              GaloisKernelProvider.class, GaloisKernelProvider.class.getClassLoader());
      for (GaloisKernelProvider provider : loader) {
        entries.add(Entry.of(provider));
      }
      entries.sort(Comparator.comparingInt(Entry::priority).reversed());
      logMissing(entries);
      return Collections.unmodifiableList(entries);
    }

    /** Tells, once for this virtual machine, which faster kernels than the default are missing. */
    private static void logMissing(List<Entry> entries) {
      System.Logger logger = System.getLogger("dev.kintsugi.erasure");
      for (Entry entry : entries) {
        if (entry.kernel().isPresent()) {
          return;
        }
        logger.log(
            System.Logger.Level.INFO,
            "kernel {0} is not available, a slower one is used: {1}",
            entry.name(),
            entry.reason().orElse(""));
      }
    }
  }
}
