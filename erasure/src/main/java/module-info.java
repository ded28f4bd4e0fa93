/** Erasure coding over GF(2^8), usable alone. */
module dev.kintsugi.erasure {
  requires static transitive org.jspecify;
  requires kcp.fec;

  exports dev.kintsugi.erasure;
}
