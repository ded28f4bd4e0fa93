package dev.kintsugi.core.internal.archive;

import com.google.common.io.MoreFiles;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendContract;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The file backend on a file system without hard links, such as exFAT. */
class LinklessFileBackendTest extends BackendContract {
  @TempDir Path directory;

  @Override
  protected Backend open() throws IOException {
    FileSteps linkless =
        new FileSteps() {
          @Override
          public void link(Path existing, Path name) throws IOException {
            throw new FileSystemException(
                name.toString(), existing.toString(), "Operation not permitted");
          }
        };
    return FileBackend.open(directory.resolve("archive"), true, linkless);
  }

  @Override
  protected void vanish() throws IOException {
    MoreFiles.deleteRecursively(directory.resolve("archive"));
  }
}
