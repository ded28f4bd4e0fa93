/**
 * Secret files and their shares on the local file system: private, streamed, whole or not at all.
 */
@NullMarked
package dev.kintsugi.cli.secret;

import org.jspecify.annotations.NullMarked;
