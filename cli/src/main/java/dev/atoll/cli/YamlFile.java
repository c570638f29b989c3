/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** A YAML file that says things and does nothing: no aliases, no tags, one document, bounded. */
final class YamlFile {
  /** A file of more bytes is no configuration. */
  static final int FILE_BYTES_MAX = 1 << 20;

  private static final String CODE = "ATOLL_CONFIG";
  private static final int DEPTH_MAX = 16;

  private YamlFile() {}

  /**
   * Reads a file.
   *
   * @param reading makes something of the tree, which is empty for an empty file, and throws {@link
   *     ConfigFault} for what it can not be
   * @throws Refusal with file, line and what was expected
   */
  static <T> T read(Path file, Function<Optional<Node>, T> reading) {
    try (InputStream input = Files.newInputStream(file)) {
      return read(file.toString(), input, reading);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what comes from anywhere; messages call it by the name. */
  static <T> T read(String name, InputStream input, Function<Optional<Node>, T> reading) {
    try {
      return reading.apply(treeOf(textOf(input)));
    } catch (ConfigFault e) {
      throw refusal(name, e.line(), String.valueOf(e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw refusal(name, line, String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      throw refusal(name, 0, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw refusal(name, 0, String.valueOf(e.getMessage()));
    }
  }

  private static Refusal refusal(String name, int line, String message) {
    return new Refusal(ExitCode.USAGE, CODE, name + (line > 0 ? ":" + line : "") + ": " + message);
  }

  private static String textOf(InputStream input) {
    byte[] bytes;
    try {
      bytes = input.readNBytes(FILE_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.length > FILE_BYTES_MAX) {
      throw new ConfigFault(0, "the file has more than " + FILE_BYTES_MAX + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigFault(0, "the file is not UTF-8: " + e.getMessage());
    }
  }

  private static Optional<Node> treeOf(String text) {
    // Aliases are refused altogether, so that nothing can be larger than the file.
    LoadSettings settings =
        LoadSettings.builder()
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(FILE_BYTES_MAX)
            .build();
    refuseTricks(settings, text);
    return new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text)))
        .getSingleNode();
  }

  /** Looks at the events first, which need no recursion: what comes after may trust the tree. */
  private static void refuseTricks(LoadSettings settings, String text) {
    int depth = 0;
    var parser = new ParserImpl(settings, new StreamReader(settings, text));
    while (parser.hasNext()) {
      Event event = parser.next();
      int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
      if (event instanceof AliasEvent alias) {
        throw new ConfigFault(
            line, "aliases (*" + alias.getAlias() + ") are not taken; write the value out");
      }
      if (event instanceof ScalarEvent scalar && scalar.getTag().isPresent()) {
        throw tagged(line, scalar.getTag().get());
      }
      if (event instanceof CollectionStartEvent start) {
        if (start.getTag().isPresent()) {
          throw tagged(line, start.getTag().get());
        }
        if (++depth > DEPTH_MAX) {
          throw new ConfigFault(line, "nested more than " + DEPTH_MAX + " deep");
        }
      }
      depth -= event instanceof CollectionEndEvent ? 1 : 0;
    }
  }

  private static ConfigFault tagged(int line, String tag) {
    return new ConfigFault(
        line, "tags (" + tag + ") are not taken; nothing is included or converted");
  }
}
