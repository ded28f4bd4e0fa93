package dev.kintsugi.crypto.split;

final class Xor3Test extends SecretSplitterContract {
  @Override
  String name() {
    return "xor:3";
  }
}
