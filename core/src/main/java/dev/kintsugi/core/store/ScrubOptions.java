package dev.kintsugi.core.store;

/**
 * How to scrub.
 *
 * @param repair whether to mend what is found and remove orphans
 */
public record ScrubOptions(boolean repair) {}
