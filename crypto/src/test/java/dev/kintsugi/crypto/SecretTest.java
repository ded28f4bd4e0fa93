package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SecretTest {
  private static final byte[] BYTES = {1, 2, 3, 4, 5};

  @Test
  void lentCopyIsWipedAfterUse() {
    AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);
    try (Secret secret = Secret.copyOf(BYTES)) {
      secret.with(
          lent -> {
            assertArrayEquals(BYTES, lent);
            kept.set(lent);
          });
      assertArrayEquals(new byte[5], kept.get());
      assertEquals("0102030405", Hex.text(secret));
    }
  }

  @Test
  void lentCopyIsWipedWhenTheCallbackThrows() {
    AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);
    try (Secret secret = Secret.copyOf(BYTES)) {
      assertThrows(
          ArithmeticException.class,
          () ->
              secret.with(
                  lent -> {
                    kept.set(lent);
                    throw new ArithmeticException("on purpose");
                  }));
      assertArrayEquals(new byte[5], kept.get());
    }
  }

  @Test
  void closeWipesTheOwnedArray() {
    byte[] owned = BYTES.clone();
    Secret secret = Secret.takeOver(owned);
    secret.close();
    assertArrayEquals(new byte[5], owned);
    assertTrue(secret.isClosed());
    assertEquals(5, secret.length());
    secret.close();
  }

  @Test
  void useAfterCloseIsRefused() {
    Secret secret = Secret.random(32);
    secret.close();
    assertThrows(IllegalStateException.class, () -> secret.with(lent -> {}));
    assertThrows(IllegalStateException.class, () -> secret.use(lent -> 1));
    assertThrows(IllegalStateException.class, secret::copy);
  }

  @Test
  void copyOfIsIndependentOfItsArgument() {
    byte[] mine = BYTES.clone();
    Secret secret = Secret.copyOf(mine);
    mine[0] = 99;
    assertEquals("0102030405", Hex.text(secret));
    Secret copy = secret.copy();
    secret.close();
    assertEquals("0102030405", Hex.text(copy));
  }

  @Test
  void equalityComparesContent() {
    Secret a = Secret.copyOf(BYTES);
    Secret b = Secret.copyOf(BYTES);
    Secret c = Secret.copyOf(new byte[] {1, 2, 3, 4, 6});
    assertEquals(a, b);
    assertEquals(a.hashCode(), b.hashCode());
    assertNotEquals(a, c);
    assertNotEquals(a, Secret.copyOf(new byte[] {1, 2, 3, 4}));
    assertFalse(a.equals((Object) "text"));
    b.close();
    assertNotEquals(a, b);
    assertEquals(b, b);
  }

  @Test
  void textAndHashTellNothingAboutTheContent() {
    Secret a = Secret.random(32);
    Secret b = Secret.random(32);
    assertEquals("Secret[32 bytes]", a.toString());
    assertEquals(a.hashCode(), b.hashCode());
  }

  @Test
  void randomSecretsDiffer() {
    assertNotEquals(Secret.random(32), Secret.random(32));
    assertThrows(IllegalArgumentException.class, () -> Secret.random(0));
  }

  @Test
  void destroyedKeysAreZeroAndRefuseToEncode() {
    byte[] owned = BYTES.clone();
    WipeableKey key = WipeableKey.aes(owned);
    assertArrayEquals(BYTES, key.getEncoded());
    key.destroy();
    assertArrayEquals(new byte[5], owned);
    assertTrue(key.isDestroyed());
    assertThrows(IllegalStateException.class, key::getEncoded);
  }
}
