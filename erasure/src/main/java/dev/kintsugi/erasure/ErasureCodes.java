package dev.kintsugi.erasure;

import java.util.Optional;
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
 *   <tr><td>{@code lrc:96-of-105}</td>
 *     <td>{@link UniformCauchyLrc} with 96 data shards of 105; also 24-of-28 (2 local and 2 global
 *       parity shards), 48-of-55 (3 and 4), 72-of-80 (4 and 4); 96-of-105 has 4 and 5</td></tr>
 *   <tr><td>{@code lrc:20+2+3:uniform}</td>
 *     <td>{@link UniformCauchyLrc} with 20 data, 2 local and 3 global parity shards</td></tr>
 * </table>
 */
public final class ErasureCodes {
  private static final Pattern REED_SOLOMON =
      Pattern.compile("rs:([0-9]{1,3})\\+([0-9]{1,3})(?::([a-z]+))?");
  private static final Pattern LRC =
      Pattern.compile("lrc:([0-9]{1,3})\\+([0-9]{1,3})\\+([0-9]{1,3})(:uniform)?");
  private static final Pattern ONE_NUMBER = Pattern.compile("(raid6|raid5|replicate):([0-9]{1,3})");

  private ErasureCodes() {}

  /**
   * Returns the code of a name, on the default kernel.
   *
   * @param name what {@link ErasureCode#toString} of the code prints
   * @throws IllegalArgumentException if the name is null or malformed or names no code
   */
  public static ErasureCode parse(String name) {
    Shapes.checkNotNull("name", name);
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
      int data = number(lrc, 1);
      int groups = number(lrc, 2);
      int globals = number(lrc, 3);
      return lrc.group(4) == null
          ? AzureLrc.of(data, groups, globals)
          : UniformCauchyLrc.of(data, groups, globals);
    }
    Optional<UniformCauchyLrc.Wide> wide = UniformCauchyLrc.Wide.named(name);
    if (wide.isPresent()) {
      return UniformCauchyLrc.of(wide.get().data, wide.get().groups, wide.get().globals);
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
        ("code (%s) must look like rs:10+4, lrc:12+2+2, lrc:96-of-105, raid6:8, raid5:8 or"
                + " replicate:3")
            .formatted(name));
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
