package dev.kintsugi.erasure;

import java.util.List;

final class ReedSolomonContractTest extends ErasureCodeContract {
  @Override
  List<String> names() {
    return List.of("rs:1+1", "rs:4+2", "rs:10+4", "rs:10+4:cauchy", "rs:17+3:powers", "rs:50+20");
  }
}
