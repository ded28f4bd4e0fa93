/** Archives and the backend SPI behind them: what a place that holds shards must promise. */
@NullMarked
package dev.kintsugi.core.archive;

import org.jspecify.annotations.NullMarked;
