/** The index in one SQLite database: schema, connections, transactions. See docs/INDEX.md. */
@NullMarked
package dev.kintsugi.core.internal.index.sqlite;

import org.jspecify.annotations.NullMarked;
