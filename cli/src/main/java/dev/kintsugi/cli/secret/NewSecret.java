package dev.kintsugi.cli.secret;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that appears under its name whole or not at all, replacing what was there: written beside
 * it with mode 0600, made durable, then renamed. Closing without {@link #publish} leaves nothing.
 */
public final class NewSecret implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final OutputStream stream;
  private boolean published;

  /**
   * Starts a file.
   *
   * @param target where it shall appear; its directory exists
   */
  public NewSecret(Path target) throws IOException {
    this.target = target;
    this.temporary = PrivateFiles.parent(target).resolve(PrivateFiles.temporaryName());
    this.stream = PrivateFiles.create(temporary);
  }

  /** Returns where the content goes. */
  public OutputStream stream() {
    return stream;
  }

  /** Makes the file durable under its name. */
  public void publish() throws IOException {
    stream.close();
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    published = true;
    PrivateFiles.syncDirectory(PrivateFiles.parent(target));
  }

  @Override
  public void close() throws IOException {
    if (!published) {
      try {
        stream.close();
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
