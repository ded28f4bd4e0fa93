package dev.kintsugi.core;

/**
 * Another copy of the vault's directory has written to its archives, so this one is out of date and
 * must not write: it would give out keys again that the other has used, and take what the other has
 * stored for leftovers. It can still be read.
 */
public final class VaultSupersededException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public VaultSupersededException(String message) {
    super(message);
  }
}
