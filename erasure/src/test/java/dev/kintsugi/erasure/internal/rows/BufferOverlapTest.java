package dev.kintsugi.erasure.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BufferOverlapTest {
  /** Every distance of two ranges of one block of memory, with random bytes and with equal ones. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 15, 16, 17, 63, 64, 65, 100})
  void rangesOfOneBlockOverlapIfTheyAreNearer(int length) {
    Random random = new Random(length);
    for (int kind = 0; kind < 3; kind++) {
      byte[] bytes = new byte[3 * length + 7];
      if (kind > 0) {
        random.nextBytes(bytes);
      }
      ByteBuffer block =
          kind == 2
              ? ByteBuffer.allocateDirect(bytes.length).put(0, bytes)
              : ByteBuffer.wrap(bytes);
      ByteBuffer output = block.duplicate().position(length + 3).limit(2 * length + 3);
      for (int start = 0; start <= bytes.length - length; start++) {
        byte[] before = bytes.clone();
        boolean near = Math.abs(start - (length + 3)) < length;
        String message = "kind %d length %d start %d".formatted(kind, length, start);
        ByteBuffer view = block.duplicate().position(start).limit(start + length);
        ByteBuffer slice = block.slice(start, length);
        assertEquals(near, BufferOverlap.overlap(output, view), message);
        assertEquals(near, BufferOverlap.overlap(output, view.asReadOnlyBuffer()), message);
        assertEquals(near, BufferOverlap.overlap(output, slice), message);
        assertEquals(near, BufferOverlap.overlap(output, slice.asReadOnlyBuffer()), message);
        byte[] after = new byte[bytes.length];
        block.get(0, after);
        assertArrayEquals(before, after, message);
      }
    }
  }

  @Test
  void equalBytesElsewhereAreNoOverlap() {
    ByteBuffer output = ByteBuffer.allocate(1000);
    assertFalse(BufferOverlap.overlap(output, ByteBuffer.allocate(1000).asReadOnlyBuffer()));
    assertFalse(BufferOverlap.overlap(output, ByteBuffer.allocateDirect(1000)));
    assertFalse(BufferOverlap.overlap(ByteBuffer.allocateDirect(1000), output.asReadOnlyBuffer()));
    ByteBuffer empty = output.duplicate().position(5).limit(5);
    assertFalse(BufferOverlap.overlap(empty, empty.asReadOnlyBuffer()));
  }

  /** Java tells 30 bits of an address; the file has holes, so that it takes no room. */
  @Test
  void directBuffersOverlapAtAnyDistance(@TempDir Path directory) throws Exception {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("holes"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      int whole = Integer.MAX_VALUE;
      MappedByteBuffer memory = file.map(FileChannel.MapMode.READ_WRITE, 0, whole);
      int half = (1 << 30) + (1 << 20);
      ByteBuffer first = memory.slice(0, half);
      for (int distance : new int[] {0, 1, 1 << 20, (1 << 30) - (1 << 20) - 1}) {
        ByteBuffer second = memory.slice(distance, half);
        assertTrue(BufferOverlap.overlap(first, second), "distance " + distance);
        assertTrue(BufferOverlap.overlap(second, first), "distance " + distance);
      }
      ByteBuffer far = memory.slice((1 << 30) + 5, 100);
      assertTrue(BufferOverlap.overlap(memory, far));
      assertTrue(BufferOverlap.overlap(far, memory));
      assertTrue(BufferOverlap.overlap(memory.slice(5, (1 << 30) + 1), far));
      assertFalse(BufferOverlap.overlap(memory.slice(5, 100), far));
      assertFalse(BufferOverlap.overlap(far, memory.slice(5, 1000)));
    }
  }
}
