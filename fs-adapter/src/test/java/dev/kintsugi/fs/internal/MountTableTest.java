package dev.kintsugi.fs.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MountTableTest {
  private static final String LINES =
      """
      22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/root rw
      40 22 0:38 / /mnt/a\\040b\\134c rw,nosuid - fuse.kintsugi kintsugi:4711.2 ro,user_id=0
      41 22 0:39 / /mnt/other rw - fuse.kintsugi somebody ro
      42 22 0:40 / /mnt/x rw - fuse.sshfs host:/path rw
      a line of another kind
      """;

  @Test
  void linesAreReadWithOptionalFieldsAndEscapes() {
    List<MountTable.Entry> entries = MountTable.parse(LINES.getBytes(ISO_8859_1));
    assertEquals(4, entries.size());
    assertEquals("ext4", entries.get(0).type());
    assertFalse(entries.get(0).isKintsugi());
    assertEquals(Path.of("/mnt/a b\\c"), entries.get(1).path());
    assertTrue(entries.get(1).isKintsugi());
    assertEquals(4711, entries.get(1).pid());
    assertFalse(entries.get(2).isKintsugi());
    assertFalse(entries.get(3).isKintsugi());
    assertEquals(-1, entries.get(3).pid());
  }

  @Test
  void theMountsOfThisProcessAreToldApart() {
    long pid = ProcessHandle.current().pid();
    MountTable.Entry first = MountTable.future(Path.of("/a b"), 1);
    MountTable.Entry third = MountTable.future(Path.of("/a b"), 3);
    assertEquals(new MountTable.Entry("/a\\040b", "fuse.kintsugi", "kintsugi:" + pid), first);
    assertEquals(Path.of("/a b"), third.path());
    assertEquals(pid, first.pid());
    assertEquals(pid, third.pid());
    assertTrue(!first.source().equals(third.source()));
  }

  @Test
  void theRootIsMounted() {
    assertTrue(MountTable.at(Path.of("/")).isPresent());
    assertTrue(MountTable.at(Path.of("/no/such/mount")).isEmpty());
  }
}
