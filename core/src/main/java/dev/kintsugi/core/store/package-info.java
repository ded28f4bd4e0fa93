/** The public face of the store: vaults, objects, namespace, mending and recovery. */
@NullMarked
package dev.kintsugi.core.store;

import org.jspecify.annotations.NullMarked;
