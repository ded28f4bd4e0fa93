/** Sealing, key derivation and key stores, usable without the store. */
module dev.kintsugi.crypto {
  requires static transitive org.jspecify;
  requires transitive dev.kintsugi.erasure;
  requires org.bouncycastle.provider;

  exports dev.kintsugi.crypto;
  exports dev.kintsugi.crypto.forest;
  exports dev.kintsugi.crypto.group;
  exports dev.kintsugi.crypto.mnemonic;
  exports dev.kintsugi.crypto.split;
}
