package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** A process that writes shards until it is killed, and prints the name of each that is durable. */
final class ShardWriter {
  private ShardWriter() {}

  static byte[] content(ShardName name) {
    Random random = new Random(name.low());
    byte[] bytes = new byte[random.nextInt(200_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  public static void main(String[] args) throws IOException {
    try (Backend backend = FileBackend.open(Path.of(args[0]), true, FileSteps.REAL)) {
      for (int i = 0; i < 100_000; i++) {
        ShardName name = ShardName.random();
        backend.write(name, ByteBuffer.wrap(content(name)));
        System.out.println(name);
      }
    }
  }
}
