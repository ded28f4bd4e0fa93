package dev.kintsugi.cli;

import dev.kintsugi.crypto.ExtentContext;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;

/**
 * Gets AES-GCM compiled while the passphrase is being stretched.
 *
 * <p>HotSpot replaces AES and GHASH by the processor's instructions only where it has compiled
 * their callers, and it compiles what is called often. Sealing calls them once for 64 KiB, so that
 * a process would spend the first hundreds of MiB, often its whole life, in code about twenty times
 * slower. Some thousand calls for little blocks cost a fraction of a second of a core that is idle
 * at that time. The key is random and seals zeros; nothing of it is kept.
 */
final class CipherWarmUp {
  private static final int ROUNDS = 6000;
  private static final int LENGTH = 1024;

  private CipherWarmUp() {}

  /** Starts, and returns at once; does not keep the process alive. */
  static void start() {
    Thread thread = new Thread(CipherWarmUp::run, "kintsugi-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run() {
    byte[] plain = new byte[LENGTH];
    byte[] sealed = new byte[LENGTH + ExtentSealer.TAG_SIZE];
    ExtentContext context = new ExtentContext(new byte[ExtentContext.VAULT_LENGTH], 0, 0, 0);
    try (Secret leaf = Secret.takeOver(RandomBytes.next(ExtentKey.INPUT_KEY_LENGTH));
        Secret group = Secret.takeOver(RandomBytes.next(ExtentKey.INPUT_KEY_LENGTH));
        ExtentKey key = ExtentKey.derive(leaf, group, context)) {
      ExtentSealer sealer = new ExtentSealer(key);
      for (int i = 0; i < ROUNDS; i++) {
        sealer.sealBlock(i, true, plain, 0, LENGTH, sealed, 0);
        sealer.openBlock(i, true, sealed, 0, sealed.length, plain, 0);
      }
    }
  }
}
