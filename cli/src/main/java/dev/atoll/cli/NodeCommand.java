/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.NodeDaemon;
import dev.atoll.device.DeviceConfig;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll node}: runs a device in the foreground. */
@Command(
    name = "node",
    description = {
      "Run a device: the process through which programs of this host share memory.",
      "It stays in the foreground, prints `ready SOCKET` once programs can attach, and leaves",
      "at SIGINT or SIGTERM. One device per directory."
    },
    footer = {
      "",
      "Examples:",
      "  atoll node                        for programs of this user",
      "  atoll node --users any            for all users; the kernel says who is who",
      "  atoll node --dir /tmp/lab/d1      in a directory of its own"
    })
final class NodeCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--users",
      paramLabel = "WHO",
      defaultValue = "SAME",
      description = "Who may attach: same (this user and root) or any. Default: same.")
  private DeviceConfig.Users users = DeviceConfig.Users.SAME;

  @Option(
      names = "--node-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "Which node this is, 1 to 64. Default: 1.")
  private int nodeId = 1;

  @Option(
      names = "--stop-with-stdin",
      description = "Also leave when standard input ends, so that a device dies with its starter.")
  private boolean isLeashed;

  NodeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    DeviceConfig standard = DeviceConfig.standard();
    var config =
        new DeviceConfig(
            nodeId,
            users,
            standard.revocationTimeout(),
            standard.greetingTimeout(),
            standard.quotas(),
            standard.fileSystems());
    var ready = new PrintStream(new LineStream(streams.out()), true);
    NodeDaemon.run(directory.find(), config, isLeashed ? streams.in() : null, ready);
    return ExitCode.OK;
  }
}
