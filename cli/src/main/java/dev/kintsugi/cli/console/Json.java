package dev.kintsugi.cli.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON line: an object whose first field, {@code event}, says what it is. Fields keep their
 * order. Values are strings, numbers, booleans, null, maps and iterables of those; a number that
 * JSON has no word for, such as infinity, is written as null.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  private Json() {}

  /** Starts a line. */
  public static Json event(String name) {
    return new Json().with("event", name);
  }

  /** Starts an object that stands inside a line. */
  public static Json object() {
    return new Json();
  }

  /** Adds a field. */
  public Json with(String field, @Nullable Object value) {
    fields.put(field, value);
    return this;
  }

  /** Returns the line without its end; it holds no line break. */
  @Override
  public String toString() {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, this);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Json json) {
      write(out, json.fields);
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(String.valueOf(entry.getKey()));
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Iterable<?> items) {
      out.writeStartArray();
      for (Object item : items) {
        write(out, item);
      }
      out.writeEndArray();
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      out.writeNull();
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof Number number) {
      out.writeNumber(number.longValue());
    } else {
      out.writeString(value.toString());
    }
  }
}
