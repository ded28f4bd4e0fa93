package dev.kintsugi.erasure;

import java.util.List;

final class SimpleCodeTest extends ErasureCodeContract {
  @Override
  List<String> names() {
    return List.of(
        "raid6:1",
        "raid6:8",
        "raid6:253",
        "raid5:1",
        "raid5:9",
        "raid5:254",
        "replicate:2",
        "replicate:5");
  }
}
