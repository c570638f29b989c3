/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.AtollException;
import dev.atoll.device.Device;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.lnet.LnetException;
import dev.atoll.loop.EventLoop;
import dev.atoll.memory.SharedMemory;
import dev.atoll.pmem.PmemFile;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.RsmLibrary;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The command line and the environment of a daemon that this process starts.
 *
 * <p>Its class path is where this process has the classes from, whatever brought them here: a build
 * tool, an IDE, one large jar, the class path or the module path. Nothing else of this process
 * comes along.
 */
final class DaemonCommand {
  /** One class of each module that the daemon needs. */
  private static final List<Class<?>> ONE_OF_EACH =
      List.of(
          NodeDaemon.class,
          Device.class,
          LinkException.class,
          LnetException.class,
          RsmLibrary.class,
          PmemFile.class,
          SharedMemory.class,
          EventLoop.class,
          Posix.class,
          AtollException.class);

  private static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData");

  private static final Set<String> KEPT_VARIABLES =
      Set.of("PATH", "HOME", "LANG", "TMPDIR", "TZ", "XDG_RUNTIME_DIR");

  private DaemonCommand() {}

  /**
   * Words the command line.
   *
   * @throws LinkException if this run time has no launcher or the classes are in no files
   */
  static List<String> of(DeviceDirectory directory, DaemonOptions options) {
    List<String> command = new ArrayList<>();
    command.add(launcher(Path.of(System.getProperty("java.home"))));
    command.addAll(JVM_OPTIONS);
    command.addAll(options.jvmOptions());
    command.addAll(classes());
    command.addAll(new DaemonArguments(directory, false, options.idleExit()).words());
    return command;
  }

  static String launcher(Path javaHome) {
    Path java = javaHome.resolve("bin").resolve("java").toAbsolutePath();
    if (!Files.isExecutable(java)) {
      throw notStarted(
          "This run time has no launcher to start a daemon with: "
              + java
              + " is missing or can not be executed",
          null);
    }
    return java.toString();
  }

  private static List<String> classes() {
    if (isLinkedIn(NodeDaemon.class)) {
      String module = NodeDaemon.class.getModule().getName();
      return List.of(
          "--enable-native-access=" + Posix.class.getModule().getName(),
          "-m",
          module + "/" + NodeDaemon.class.getName());
    }
    Set<String> places = new LinkedHashSet<>();
    ONE_OF_EACH.forEach(each -> places.add(place(each)));
    return List.of(
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        String.join(File.pathSeparator, places),
        NodeDaemon.class.getName());
  }

  /** A module of the run time image itself, as jlink makes them. */
  private static boolean isLinkedIn(Class<?> type) {
    URI location = locationOf(type);
    return type.getModule().isNamed() && location != null && "jrt".equals(location.getScheme());
  }

  private static String place(Class<?> type) {
    URI location = locationOf(type);
    if (location == null || !"file".equals(location.getScheme())) {
      throw notStarted(
          "The classes of Atoll are in no file or directory that another JVM could load: "
              + type.getName()
              + " comes from "
              + location,
          null);
    }
    String path = Path.of(location).toString();
    if (path.contains(File.pathSeparator)) {
      throw notStarted("A class path can not name " + path + ", which has a colon in it", null);
    }
    return path;
  }

  private static @Nullable URI locationOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      return source == null || source.getLocation() == null ? null : source.getLocation().toURI();
    } catch (URISyntaxException e) {
      throw notStarted("The place of " + type.getName() + " has no path", e);
    }
  }

  /** Leaves what a daemon needs: neither options for a JVM nor libraries to preload come along. */
  static Map<String, String> environment(Map<String, String> all) {
    return all.entrySet().stream()
        .filter(entry ->
            KEPT_VARIABLES.contains(entry.getKey())
                || entry.getKey().startsWith("LC_")
                || entry.getKey().startsWith("ATOLL_"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  static LinkException notStarted(String why, @Nullable Throwable cause) {
    return new LinkException(
        LinkException.NOT_STARTED,
        why
            + ". Run `atoll node` yourself, or use Node.embedded(), which loses one thing: other"
            + " processes can not connect.",
        cause);
  }
}
