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
 *   <tr><td>{@code raid6:8}</td><td>{@link Raid6} with 8 data shards</td></tr>
 *   <tr><td>{@code raid5:8}</td><td>{@link XorParity} with 8 data shards</td></tr>
 *   <tr><td>{@code replicate:3}</td><td>{@link Replication} with 3 copies in all</td></tr>
 *   <tr><td>{@code lrc:12+2+2}</td>
 *     <td>{@link AzureLrc} with 12 data, 2 local and 2 global parity shards</td></tr>
 * </table>
 */
public final class ErasureCodes {
  private static final Pattern REED_SOLOMON =
      Pattern.compile("rs:([0-9]{1,3})\\+([0-9]{1,3})(?::([a-z]+))?");
  private static final Pattern LRC =
      Pattern.compile("lrc:([0-9]{1,3})\\+([0-9]{1,3})\\+([0-9]{1,3})");
  private static final Pattern ONE_NUMBER = Pattern.compile("(raid6|raid5|replicate):([0-9]{1,3})");

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
          number(rs, 1),
          number(rs, 2),
          construction == null ? Construction.VANDERMONDE : Construction.named(construction));
    }
    Matcher lrc = LRC.matcher(name);
    if (lrc.matches()) {
      return AzureLrc.of(number(lrc, 1), number(lrc, 2), number(lrc, 3));
    }
    Matcher one = ONE_NUMBER.matcher(name);
    if (one.matches()) {
      int number = number(one, 2);
      return switch (one.group(1)) {
        case "raid6" -> Raid6.of(number);
        case "raid5" -> XorParity.of(number);
        default -> Replication.of(number);
      };
    }
    throw new IllegalArgumentException(
        "code (%s) must look like rs:10+4, lrc:12+2+2, raid6:8, raid5:8 or replicate:3"
            .formatted(name));
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
