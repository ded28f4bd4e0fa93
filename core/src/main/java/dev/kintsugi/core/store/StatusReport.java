package dev.kintsugi.core.store;

import java.util.List;
import java.util.Map;

/**
 * The state of a vault as far as index and archives' markers tell, without reading shards.
 *
 * @param vaultId 32 hexadecimal digits
 * @param scheme such as {@code rs:4+2}
 * @param margin see {@link VaultOptions#margin}
 * @param archives every configured archive
 * @param files number of files
 * @param directories number of directories, the root included
 * @param symlinks number of symbolic links
 * @param bytes sum of the files' sizes
 * @param stripesByRedundancyLeft how many live stripes can still lose 0, 1, … shards that lie on
 *     available archives; key -1 counts those that cannot be decoded now
 * @param atRisk paths of objects with a stripe that can lose no more shards or cannot be decoded,
 *     at most {@code limit} of them. Being at risk is not being lost: a read returns what lies in
 *     shards that are left, which may be all of an object
 * @param atRiskTotal number of such objects
 * @param lostCommits how many commits the recovery that made this vault could not read, 0 if none
 *     or if it was not recovered: what only they recorded is not in it
 */
public record StatusReport(
    String vaultId,
    String scheme,
    int margin,
    List<ArchiveStatus> archives,
    long files,
    long directories,
    long symlinks,
    long bytes,
    Map<Integer, Long> stripesByRedundancyLeft,
    List<String> atRisk,
    long atRiskTotal,
    long lostCommits) {}
