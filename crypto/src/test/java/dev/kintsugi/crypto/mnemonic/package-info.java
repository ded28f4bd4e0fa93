@NullMarked
package dev.kintsugi.crypto.mnemonic;

import org.jspecify.annotations.NullMarked;
