/**
 * Coding of streams and files in bounded memory: {@link dev.kintsugi.erasure.stream.ChannelCoder}
 * over bare channels, {@link dev.kintsugi.erasure.stream.ShardFiles} over files that describe
 * themselves.
 */
@NullMarked
package dev.kintsugi.erasure.stream;

import org.jspecify.annotations.NullMarked;
