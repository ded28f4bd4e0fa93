/** Benchmarks, run with JMH. */
@NullMarked
package dev.kintsugi.bench;

import org.jspecify.annotations.NullMarked;
