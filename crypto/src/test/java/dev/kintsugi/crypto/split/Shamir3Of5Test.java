package dev.kintsugi.crypto.split;

final class Shamir3Of5Test extends SecretSplitterContract {
  @Override
  String name() {
    return "shamir:3of5";
  }
}
