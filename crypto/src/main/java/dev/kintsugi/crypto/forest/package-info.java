/**
 * The keyed hash forest: leaf keys that can be deleted for good, although every disk image ever
 * made is kept. {@link dev.kintsugi.crypto.forest.Forest} is one forest, {@link
 * dev.kintsugi.crypto.forest.ForestLeafKeys} the tiered store of leaf keys with its epoch commit,
 * {@link dev.kintsugi.crypto.forest.KeySlot} the small storage that can really be overwritten,
 * {@link dev.kintsugi.crypto.forest.ImageStore} the large storage that cannot.
 */
@NullMarked
package dev.kintsugi.crypto.forest;

import org.jspecify.annotations.NullMarked;
