package dev.kintsugi.core.store;

/**
 * An entry of a directory.
 *
 * @param name its name
 * @param attributes the inode it names
 */
public record DirectoryEntry(Name name, Attributes attributes) {}
