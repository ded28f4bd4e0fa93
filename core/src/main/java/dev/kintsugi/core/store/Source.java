package dev.kintsugi.core.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Bytes to be stored, read once from start to end. */
@FunctionalInterface
public interface Source {
  /** Opens the bytes; the store closes the stream. */
  InputStream open() throws IOException;

  /**
   * Returns the number of bytes, if it is known before they are read. It only serves to refuse what
   * is too long before it is read; what is stored is what the stream gives.
   */
  default OptionalLong size() throws IOException {
    return OptionalLong.empty();
  }

  /** Returns the bytes of a file. */
  static Source of(Path file) {
    return new Source() {
      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(file);
      }

      @Override
      public OptionalLong size() throws IOException {
        return OptionalLong.of(Files.size(file));
      }
    };
  }

  /** Returns the bytes of an array, which must not change until stored. */
  static Source of(byte[] bytes) {
    return () -> new ByteArrayInputStream(bytes);
  }
}
