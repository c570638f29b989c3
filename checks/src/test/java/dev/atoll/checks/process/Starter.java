/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import dev.atoll.DaemonOptions;
import dev.atoll.Node;
import dev.atoll.base.AtollException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that attaches to a device or starts one, from some threads at once, each time it reads
 * a line; it holds its nodes until it reads {@code leave}.
 */
final class Starter {
  private Starter() {}

  /** Arguments: directory, threads, milliseconds a daemon stays, options of the daemon's JVM. */
  public static void main(String... args) throws IOException, InterruptedException {
    Path directory = Path.of(args[0]);
    int threads = Integer.parseInt(args[1]);
    DaemonOptions options =
        DaemonOptions.standard()
            .withIdleExit(Duration.ofMillis(Long.parseLong(args[2])))
            .withJvmOptions(Arrays.asList(args).subList(3, args.length));
    List<Node> nodes = new ArrayList<>();
    System.out.println("here");
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals("leave")) {
        nodes.forEach(Node::close);
        nodes.clear();
        System.out.println("left");
      } else {
        attach(directory, threads, options, nodes);
      }
    }
  }

  private static void attach(Path directory, int count, DaemonOptions options, List<Node> nodes)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().start(() -> attachOne(directory, options, nodes)));
    }
    for (Thread each : threads) {
      each.join();
    }
    System.out.println("done " + nodes.size());
  }

  private static void attachOne(Path directory, DaemonOptions options, List<Node> nodes) {
    try {
      Node node = Node.attachOrStart(directory, options);
      synchronized (nodes) {
        nodes.add(node);
      }
    } catch (AtollException e) {
      System.out.println(e.code() + " " + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
  }
}
