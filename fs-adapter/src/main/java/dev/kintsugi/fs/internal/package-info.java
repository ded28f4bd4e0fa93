/** The binding to libfuse 2 and the file system operations behind it; not for use by programs. */
@NullMarked
package dev.kintsugi.fs.internal;

import org.jspecify.annotations.NullMarked;
