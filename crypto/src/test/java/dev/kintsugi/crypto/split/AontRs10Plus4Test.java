package dev.kintsugi.crypto.split;

final class AontRs10Plus4Test extends SecretSplitterContract {
  @Override
  String name() {
    return "aont-rs:10+4";
  }
}
