/**
 * The command line: one class per verb, which turns words and options into calls of the public
 * store API. Nothing here is an interface for other programs; those use the words, exit codes and
 * JSON lines described in {@code docs/CLI.md}.
 */
@NullMarked
package dev.kintsugi.cli;

import org.jspecify.annotations.NullMarked;
