package dev.kintsugi.crypto.split;

final class Shamir1Of3Test extends SecretSplitterContract {
  @Override
  String name() {
    return "shamir:1of3";
  }
}
