package dev.kintsugi.crypto.split;

final class Potshards2x2Of3Test extends SecretSplitterContract {
  @Override
  String name() {
    return "potshards:2x2of3";
  }
}
