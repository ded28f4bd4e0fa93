/** The store: objects, namespace, dispersal and recovery over independent archives. */
module dev.kintsugi.core {
  requires static transitive org.jspecify;
  requires transitive dev.kintsugi.erasure;
  requires transitive dev.kintsugi.crypto;
  requires com.google.common;
  requires com.fasterxml.jackson.databind;
  requires java.sql;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;

  exports dev.kintsugi.core;
  exports dev.kintsugi.core.archive;
  exports dev.kintsugi.core.store;

  uses dev.kintsugi.core.archive.BackendProvider;
  uses dev.kintsugi.core.store.VaultProvider;

  provides dev.kintsugi.core.archive.BackendProvider with
      dev.kintsugi.core.internal.archive.FileBackendProvider,
      dev.kintsugi.core.internal.archive.MemoryBackendProvider;
  provides dev.kintsugi.core.store.VaultProvider with
      dev.kintsugi.core.internal.store.VaultStore;
}
