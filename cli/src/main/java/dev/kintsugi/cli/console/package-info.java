/** What the command line prints: text for people, JSON lines for programs, progress, and units. */
@NullMarked
package dev.kintsugi.cli.console;

import org.jspecify.annotations.NullMarked;
