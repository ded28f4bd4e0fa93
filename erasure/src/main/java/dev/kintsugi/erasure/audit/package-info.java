/**
 * Finding damage from the parity relation alone: which shards of a stripe are wrong, without
 * checksums, and fingerprints that obey the same relation.
 */
@NullMarked
package dev.kintsugi.erasure.audit;

import org.jspecify.annotations.NullMarked;
