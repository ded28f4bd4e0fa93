package dev.kintsugi.crypto.split;

final class Shamir7Of40Test extends SecretSplitterContract {
  @Override
  String name() {
    return "shamir:7of40";
  }
}
