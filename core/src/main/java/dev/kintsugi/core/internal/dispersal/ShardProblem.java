package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.store.ShardFinding;

/**
 * A shard that is not as it should be.
 *
 * @param stripe its stripe
 * @param index its index; -1 if the stripe as a whole is wrong
 * @param archive number of the archive that should hold it; -1 if the stripe as a whole is wrong
 * @param name its name there
 * @param problem what is wrong
 * @param detail for people
 */
public record ShardProblem(
    StripeId stripe,
    int index,
    int archive,
    ShardName name,
    ShardFinding.Problem problem,
    String detail) {}
