/** A vault's own directory: keyring, configuration, writer's lock; and the recovery kit. */
@NullMarked
package dev.kintsugi.core.internal.archive.vault;

import org.jspecify.annotations.NullMarked;
