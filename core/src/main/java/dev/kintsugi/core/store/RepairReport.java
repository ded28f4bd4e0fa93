package dev.kintsugi.core.store;

import java.util.List;

/**
 * What a repair or rebuild did.
 *
 * @param stripes stripes that needed repair
 * @param shardsRestored shards written
 * @param bytesRead bytes read from archives
 * @param bytesWritten bytes written to archives
 * @param pending shards that still wait, because an archive that should hold them is not available
 * @param unrecoverable paths of objects with a stripe that has too few intact shards now; they are
 *     left as they are, and reads still return what lies in the shards that are left
 */
public record RepairReport(
    long stripes,
    long shardsRestored,
    long bytesRead,
    long bytesWritten,
    long pending,
    List<String> unrecoverable) {}
