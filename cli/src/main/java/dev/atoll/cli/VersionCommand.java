/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code atoll version}. */
@Command(name = "version", description = "Show the versions of Atoll, Java and the kernel.")
final class VersionCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  VersionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("atoll", version());
    values.put("java", System.getProperty("java.vm.version"));
    values.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    values.put("arch", System.getProperty("os.arch"));
    if (isJson) {
      streams.out().json(values);
    } else {
      values.forEach((name, value) -> streams.out().format("%-7s %s", name, value));
    }
    return ExitCode.OK;
  }

  private static String version() {
    try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException("reading version.properties", e);
    }
  }
}
