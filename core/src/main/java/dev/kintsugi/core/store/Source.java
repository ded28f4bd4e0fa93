package dev.kintsugi.core.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes to be stored, read once from start to end. */
@FunctionalInterface
public interface Source {
  /** Opens the bytes; the store closes the stream. */
  InputStream open() throws IOException;

  /** Returns the bytes of a file. */
  static Source of(Path file) {
    return () -> Files.newInputStream(file);
  }

  /** Returns the bytes of an array, which must not change until stored. */
  static Source of(byte[] bytes) {
    return () -> new ByteArrayInputStream(bytes);
  }
}
