package dev.kintsugi.crypto.split;

final class AontRs4Plus3Test extends SecretSplitterContract {
  @Override
  String name() {
    return "aont-rs:4+3";
  }
}
