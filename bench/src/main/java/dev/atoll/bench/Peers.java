/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Libraries that are measured beside Atoll. The build copies them to a directory of their own; only
 * the JVMs of groups that ask for it have them on their class path.
 */
final class Peers {
  /** Aeron's buffers reach into the JDK; no other process of the benchmarks is opened like that. */
  static final List<String> JVM_OPTIONS =
      List.of(
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  /** For UCX: shared memory alone, and no hands on the JVM's signals and memory. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "UCX_TLS", "posix,cma",
          "UCX_ERROR_SIGNALS", "",
          "UCX_HANDLE_ERRORS", "none",
          "UCX_MEM_EVENTS", "n",
          "UCX_LOG_LEVEL", "error");

  private static final String DIRECTORY = "peers";
  private static final int PARENTS = 3;

  private Peers() {}

  /** The command that runs this program with the peers. */
  static List<String> command(String... arguments) {
    String classPath = System.getProperty("java.class.path");
    Path jars = directory();
    if (jars == null || classPath.contains(jars.toString())) {
      return Forked.command(JVM_OPTIONS, classPath, arguments);
    }
    return Forked.command(
        JVM_OPTIONS, classPath + File.pathSeparator + jars.resolve("*"), arguments);
  }

  /** Tells whether a class of a peer can be loaded here. */
  static boolean has(String className) {
    try {
      Class.forName(className, false, Peers.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      // The answer.
      return false;
    }
  }

  /** Beside the classes, or beside the jar, or one further up; null if there is none. */
  private static @Nullable Path directory() {
    try {
      Path at = Path.of(Peers.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (int i = 0; i < PARENTS && at.getParent() != null; i++) {
        at = at.getParent();
        Path jars = at.resolve(DIRECTORY);
        if (Files.isDirectory(jars)) {
          return jars.toRealPath();
        }
      }
      return null;
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path", e);
    } catch (IOException e) {
      throw new UncheckedIOException("looking for peers", e);
    }
  }
}
