package dev.kintsugi.erasure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes codes from their names.
 *
 * <table>
 *   <caption>Names</caption>
 *   <tr><th>name</th><th>code</th></tr>
 *   <tr><td>{@code rs:10+4}</td><td>{@link ReedSolomon} with 10 data and 4 parity shards</td></tr>
 *   <tr><td>{@code rs:10+4:cauchy}</td><td>the same with another {@link Construction}</td></tr>
 * </table>
 */
public final class ErasureCodes {
  private static final Pattern REED_SOLOMON =
      Pattern.compile("rs:([0-9]{1,3})\\+([0-9]{1,3})(?::([a-z]+))?");

  private ErasureCodes() {}

  /**
   * Returns the code of a name, on the default kernel.
   *
   * @param name what {@link ErasureCode#toString} of the code prints
   * @throws IllegalArgumentException if the name is malformed or names no code
   */
  public static ErasureCode parse(String name) {
    Matcher rs = REED_SOLOMON.matcher(name);
    if (rs.matches()) {
      String construction = rs.group(3);
      return ReedSolomon.of(
          Integer.parseInt(rs.group(1)),
          Integer.parseInt(rs.group(2)),
          construction == null ? Construction.VANDERMONDE : Construction.named(construction));
    }
    throw new IllegalArgumentException("code (%s) must look like rs:10+4".formatted(name));
  }
}
