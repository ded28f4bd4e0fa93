package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.internal.archive.ArchiveConfig;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a vault remembers about itself, apart from its keys.
 *
 * @param vaultId 32 lower-case hexadecimal digits
 * @param scheme such as {@code rs:4+2}
 * @param margin see {@link dev.kintsugi.core.store.VaultOptions#margin}
 * @param archives every archive, with distinct numbers, names and ids
 */
public record VaultConfig(String vaultId, String scheme, int margin, List<ArchiveConfig> archives) {
  /** Validates and copies. */
  public VaultConfig {
    if (!vaultId.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException(
          "vault id '" + vaultId + "' must be 32 hexadecimal digits");
    }
    if (scheme.isEmpty() || margin < 0) {
      throw new IllegalArgumentException(
          "a vault needs a scheme and a margin that is not negative, not '"
              + scheme
              + "' and "
              + margin);
    }
    archives = List.copyOf(archives);
    Set<Object> seen = new HashSet<>();
    for (ArchiveConfig archive : archives) {
      if (!seen.add(archive.number())
          || !seen.add("name " + archive.name())
          || !seen.add("id " + archive.id())) {
        throw new IllegalArgumentException(
            "archive " + archive.name() + " shares its number, name or id with another");
      }
    }
  }

  /** Returns the vault's id as 16 bytes. */
  public byte[] vaultIdBytes() {
    return HexFormat.of().parseHex(vaultId);
  }

  /** Returns the archive with a name, if there is one. */
  public Optional<ArchiveConfig> archive(String name) {
    return archives.stream().filter(archive -> archive.name().equals(name)).findFirst();
  }

  /** Returns the same vault with other archives. */
  public VaultConfig withArchives(List<ArchiveConfig> others) {
    return new VaultConfig(vaultId, scheme, margin, others);
  }

  /** Returns a number that no archive has had. */
  public int nextArchiveNumber() {
    return archives.stream().mapToInt(ArchiveConfig::number).max().orElse(-1) + 1;
  }
}
