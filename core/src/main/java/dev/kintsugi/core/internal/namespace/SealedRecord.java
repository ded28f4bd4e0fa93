package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.internal.format.v1.RecordKind;

/**
 * A record to be written to a manifest stripe.
 *
 * @param kind {@link RecordKind#INODE} or {@link RecordKind#CONTENT}
 * @param ino of which inode
 * @param version the sequence number of the commit
 * @param leaf the leaf that seals it
 * @param sealed the sealed record
 */
@SuppressWarnings("ArrayRecordComponent") // on its way from seal to stripe; never compared
public record SealedRecord(RecordKind kind, long ino, long version, long leaf, byte[] sealed) {}
