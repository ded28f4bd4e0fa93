/** The engine behind the public store API: ingest, commit, reading and the life of a vault. */
@NullMarked
package dev.kintsugi.core.internal.store;

import org.jspecify.annotations.NullMarked;
