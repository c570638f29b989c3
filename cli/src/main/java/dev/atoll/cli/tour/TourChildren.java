/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All processes of one tour, so that none is left however it ends.
 *
 * <p>Thread safety: any thread. After {@link #killAll} none can be started.
 */
final class TourChildren {
  private static final String MAIN = "dev.atoll.cli.AtollCommand";

  private final TourDirectory directory;
  private final Path java;
  private final String classPath;
  private final List<TourChild> children = new ArrayList<>();
  private volatile boolean isOver;

  TourChildren(TourDirectory directory, Path java, String classPath) {
    this.directory = directory;
    this.java = java;
    this.classPath = classPath;
  }

  TourChild startNode(boolean isForOthers) throws IOException {
    return start(
        "device",
        List.of(),
        List.of(
            "node",
            "--dir",
            directory.device().toString(),
            "--users",
            isForOthers ? "any" : "same",
            "--stop-with-stdin"));
  }

  TourChild startRole(String name, OtherUser user, String role, int segmentId) throws IOException {
    return start(
        name,
        user.prefix(),
        List.of(
            "tour-role",
            role,
            "--dir",
            directory.device().toString(),
            "--file",
            directory.segmentFile().toString(),
            "--id",
            Integer.toString(segmentId)));
  }

  private synchronized TourChild start(String name, List<String> prefix, List<String> arguments)
      throws IOException {
    if (isOver) {
      throw new IllegalStateException("the tour is over");
    }
    List<String> command = new ArrayList<>(prefix);
    command.add(java.toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xms8m",
            "-Xmx24m",
            "-XX:ReservedCodeCacheSize=24m",
            // No file in /tmp that a killed process would leave there.
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "--illegal-native-access=deny",
            "-cp",
            classPath,
            MAIN));
    command.addAll(arguments);
    TourChild child = TourChild.start(name, command, directory.errorsOf(name));
    children.add(child);
    return child;
  }

  /** Tells whether the end has begun. */
  boolean isOver() {
    return isOver;
  }

  /** Kills all and waits until they are dead. */
  synchronized void killAll() {
    isOver = true;
    for (TourChild child : children) {
      child.kill();
    }
    boolean isInterrupted = false;
    for (TourChild child : children) {
      try {
        child.awaitDeath();
      } catch (InterruptedException e) {
        // It has been sent SIGKILL; the kernel does the rest.
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
