/** Shows a vault as a directory of the operating system, through FUSE. */
@NullMarked
package dev.kintsugi.fs;

import org.jspecify.annotations.NullMarked;
