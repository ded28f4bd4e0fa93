/**
 * The local file system as the command line sees it: names as raw bytes, attributes, walking and
 * restoring trees without following symbolic links.
 */
@NullMarked
package dev.kintsugi.cli.local;

import org.jspecify.annotations.NullMarked;
