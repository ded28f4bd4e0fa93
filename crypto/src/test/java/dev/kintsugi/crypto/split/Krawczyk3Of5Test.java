package dev.kintsugi.crypto.split;

final class Krawczyk3Of5Test extends SecretSplitterContract {
  @Override
  String name() {
    return "krawczyk:3of5";
  }
}
