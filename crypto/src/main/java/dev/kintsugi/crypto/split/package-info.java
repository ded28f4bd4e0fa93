/**
 * Secret splitting: {@link dev.kintsugi.crypto.split.SecretSplitter} turns a secret into shares of
 * which a few tell nothing and enough tell everything; {@link
 * dev.kintsugi.crypto.split.RobustSplitter} adds integrity and names wrong shares; {@link
 * dev.kintsugi.crypto.split.ShareFiles} splits streams into self-describing share files; {@link
 * dev.kintsugi.crypto.split.ShamirProtocols} refreshes, re-shares and repairs without ever
 * assembling the secret.
 */
@NullMarked
package dev.kintsugi.crypto.split;

import org.jspecify.annotations.NullMarked;
