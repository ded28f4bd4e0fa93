package dev.kintsugi.core.store;

import java.util.List;

/**
 * What a recovery found.
 *
 * @param archivesUsed names of the archives that were read
 * @param archivesMissing names of configured archives that were not given or not reached
 * @param shards shards examined
 * @param foreign shards that are not this vault's or whose header cannot be opened
 * @param files files recovered into the index
 * @param directories directories recovered, the root included
 * @param symlinks symbolic links recovered
 * @param bytes sum of the files' sizes
 * @param unrecoverable paths of files with too few shards in the given archives
 * @param lostCommits commits of which too few shards were found to read them: what only they
 *     recorded is lost
 */
public record RecoverReport(
    List<String> archivesUsed,
    List<String> archivesMissing,
    long shards,
    long foreign,
    long files,
    long directories,
    long symlinks,
    long bytes,
    List<String> unrecoverable,
    List<Long> lostCommits) {}
