package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.LivenessContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The index in SQLite keeps the contract. */
class SqliteIndexTest extends LivenessContract {
  @TempDir Path directory;

  @Override
  protected Index create() {
    return SqliteIndex.create(directory.resolve("index.db"));
  }
}
