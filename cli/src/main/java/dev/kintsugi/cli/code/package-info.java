/** The verbs of {@code kintsugi code}: erasure coding of files, without a vault. */
@NullMarked
package dev.kintsugi.cli.code;

import org.jspecify.annotations.NullMarked;
