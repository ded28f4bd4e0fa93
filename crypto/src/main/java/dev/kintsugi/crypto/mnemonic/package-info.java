/**
 * Secrets as words that people write on paper and read back: SLIP-0039. Start at {@link
 * dev.kintsugi.crypto.mnemonic.Slip39}.
 */
@NullMarked
package dev.kintsugi.crypto.mnemonic;

import org.jspecify.annotations.NullMarked;
