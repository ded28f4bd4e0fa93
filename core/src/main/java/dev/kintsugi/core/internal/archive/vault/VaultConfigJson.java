package dev.kintsugi.core.internal.archive.vault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.store.ArchiveSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A vault's configuration as JSON, in the vault's config file and in the recovery kit:
 *
 * <pre>{@code
 * {"version": 1, "vault": "<32 hex>", "scheme": "rs:4+2", "margin": 1,
 *  "archives": [{"number": 0, "name": "a", "url": "file:/a", "domain": "a", "id": "<32 hex>"}, …]}
 * }</pre>
 *
 * <p>Fields that are not known are ignored.
 */
final class VaultConfigJson {
  private static final int VERSION = 1;
  private static final int MAX_ARCHIVES = 65_536;
  private static final ObjectMapper JSON = new ObjectMapper();

  private VaultConfigJson() {}

  static byte[] encode(VaultConfig config) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", VERSION);
    root.put("vault", config.vaultId());
    root.put("scheme", config.scheme());
    root.put("margin", config.margin());
    ArrayNode archives = root.putArray("archives");
    for (ArchiveConfig archive : config.archives()) {
      ObjectNode node = archives.addObject();
      node.put("number", archive.number());
      node.put("name", archive.spec().name());
      node.put("url", archive.spec().url());
      node.put("domain", archive.spec().domain());
      node.put("id", archive.id());
    }
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /**
   * Reads a configuration.
   *
   * @param what names the place for messages
   * @throws UnsupportedFormatException if it is of another version
   * @throws FormatException if it is anything else
   */
  static VaultConfig decode(String what, byte[] bytes) {
    try {
      JsonNode root = JSON.readTree(bytes);
      int version = number(root, "version");
      if (version != VERSION) {
        throw new UnsupportedFormatException(
            what + " is of version " + version + "; this program reads version " + VERSION);
      }
      List<ArchiveConfig> archives = new ArrayList<>();
      JsonNode list = root.path("archives");
      if (!list.isArray() || list.size() > MAX_ARCHIVES) {
        throw new IllegalArgumentException("no list of archives");
      }
      for (JsonNode node : list) {
        ArchiveSpec spec =
            new ArchiveSpec(text(node, "name"), text(node, "url"), text(node, "domain"));
        archives.add(new ArchiveConfig(number(node, "number"), spec, text(node, "id")));
      }
      return new VaultConfig(
          text(root, "vault"), text(root, "scheme"), number(root, "margin"), archives);
    } catch (IOException | IllegalArgumentException e) {
      throw new FormatException(what + " is not a vault's configuration: " + e.getMessage(), e);
    }
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("field " + field + " must be a text");
    }
    return value.textValue();
  }

  private static int number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isInt()) {
      throw new IllegalArgumentException("field " + field + " must be a whole number");
    }
    return value.intValue();
  }
}
