package dev.kintsugi.core.store;

import java.nio.file.attribute.FileTime;

/**
 * What {@code stat} tells of an inode.
 *
 * @param inode its number, stable for the vault's life and never reused
 * @param kind what it is
 * @param mode the twelve permission bits, {@code 0} to {@code 07777}
 * @param uid owner
 * @param gid owning group
 * @param size bytes of a file, bytes of a link's target, 0 for a directory
 * @param links number of directory entries that name it, 1 for a directory
 * @param modified when the content changed last, to the nanosecond
 * @param changed when the inode changed last, to the nanosecond
 */
public record Attributes(
    long inode,
    Kind kind,
    int mode,
    long uid,
    long gid,
    long size,
    int links,
    FileTime modified,
    FileTime changed) {}
