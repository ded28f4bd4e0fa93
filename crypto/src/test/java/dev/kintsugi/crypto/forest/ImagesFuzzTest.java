package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import java.nio.ByteBuffer;

/** Any bytes as a forest: a typed error, or a forest that is written as exactly these bytes. */
final class ImagesFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void topImagesAreStrict(byte[] bytes) {
    try (TopImage top = TopImage.decode(World.ID, bytes)) {
      top.encode();
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void forestsAreStrict(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try (Forest forest = ForestCodec.decode(World.ID, in)) {
      ForestCodec.checkEnd(in);
      byte[] again = ForestCodec.encode(forest);
      assertArrayEquals(
          again, ForestCodec.encode(ForestCodec.decode(World.ID, ByteBuffer.wrap(again))));
    } catch (CryptoException expected) {
      return;
    }
  }
}
