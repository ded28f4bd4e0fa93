package dev.kintsugi.crypto.split;

/** A splitter whose secrecy rests on no cipher; its shares are as long as the secret. */
abstract class PerfectSplitter extends SecretSplitter {
  @Override
  public final boolean informationTheoretic() {
    return true;
  }

  @Override
  public final int shareLength(int secretLength) {
    return secretLength;
  }
}
