/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import picocli.CommandLine.TypeConversionException;

/**
 * A mapping of a configuration file, read strictly: each key once, only keys that are known, each
 * value of the kind that is due. Whatever is wrong is a {@link ConfigFault} with its line.
 */
final class YamlMap {
  private final String name;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final int line;

  private YamlMap(String name, int line) {
    this.name = name;
    this.line = line;
  }

  static YamlMap of(String name, Node node, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw fault(node, name + " must be a mapping of keys to values");
    }
    var map = new YamlMap(name, lineOf(node));
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode(), "a key");
      if (!known.contains(key)) {
        throw fault(
            tuple.getKeyNode(),
            "unknown key '" + key + "' in " + name + "; known are " + sorted(known));
      }
      if (map.values.put(key, tuple.getValueNode()) != null) {
        throw fault(tuple.getKeyNode(), "the key '" + key + "' stands twice in " + name);
      }
    }
    return map;
  }

  private static String sorted(Set<String> words) {
    return String.join(", ", words.stream().sorted().toList());
  }

  int line() {
    return line;
  }

  /** The line of a key's value, or of the mapping if it has no such key. */
  int lineOf(String key) {
    Node node = values.get(key);
    return node == null ? line : lineOf(node);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Optional<Node> node(String key) {
    return Optional.ofNullable(values.get(key));
  }

  Optional<String> text(String key) {
    return node(key).map(node -> text(node, name + "." + key));
  }

  long number(String key, long least, long most, long standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String text = text(node, name + "." + key);
    Long value = parse(text);
    if (value == null || value < least || value > most) {
      throw fault(
          node,
          name + "." + key + " is '" + text + "', not a number from " + least + " to " + most);
    }
    return value;
  }

  boolean flag(String key, boolean standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String text = text(node, name + "." + key);
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw fault(node, name + "." + key + " is '" + text + "', not true or false");
    };
  }

  int octal(String key, int most, int standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String text = text(node, name + "." + key);
    if (!text.matches("0?[0-7]{3}") || (Integer.parseInt(text, 8) & ~most) != 0) {
      throw fault(
          node, name + "." + key + " is '" + text + "', not three octal digits of 0, 2, 4, 6");
    }
    return Integer.parseInt(text, 8);
  }

  long bytes(String key, long standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String text = text(node, name + "." + key);
    try {
      return new ByteCount().convert(text);
    } catch (TypeConversionException e) {
      throw fault(node, name + "." + key + " is " + e.getMessage());
    }
  }

  Duration duration(String key, Duration standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String text = text(node, name + "." + key);
    return time(text)
        .orElseThrow(() ->
            fault(
                node,
                name + "." + key + " is '" + text + "', not a time such as 500ms, 30s, 5m or 1h"));
  }

  /** A time as files and options give it; empty if it is none. */
  static Optional<Duration> time(String text) {
    try {
      return Optional.of(new DurationText().convert(text));
    } catch (TypeConversionException e) {
      return Optional.empty();
    }
  }

  List<Node> list(String key, int most) {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      throw fault(node, name + "." + key + " must be a list");
    }
    if (sequence.getValue().size() > most) {
      throw fault(node, name + "." + key + " has more than " + most + " entries");
    }
    return new ArrayList<>(sequence.getValue());
  }

  private static @Nullable Long parse(String text) {
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static String text(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw fault(node, what + " must be one word, not a list or a mapping");
  }

  static ConfigFault fault(Node node, String message) {
    return new ConfigFault(lineOf(node), message);
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
