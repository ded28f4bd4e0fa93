/**
 * Keys and sealing: {@link dev.kintsugi.crypto.Secret} holds key bytes, {@link
 * dev.kintsugi.crypto.LeafKeys} gives every extent a key that can be deleted, {@link
 * dev.kintsugi.crypto.ExtentSealer} and {@link dev.kintsugi.crypto.Aead} seal, {@link
 * dev.kintsugi.crypto.PayloadMac} authenticates shards, and {@link dev.kintsugi.crypto.Keyring}
 * protects the root secret with a passphrase.
 */
@NullMarked
package dev.kintsugi.crypto;

import org.jspecify.annotations.NullMarked;
