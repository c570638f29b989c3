/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.DaemonPlan;
import dev.atoll.NodeDaemon;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "  atoll node --dir /tmp/lab/d1      in a directory of its own",
      "  atoll node --config atoll.yaml    with what the file says: exports, networks"
    })
final class NodeCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Read a configuration file; options of the command line count more than it.",
        "docs/configuration.md explains its keys."
      })
  private @Nullable Path config;

  @Option(
      names = "--check-config",
      description = "Only say whether the file of --config can be used, and end.")
  private boolean isChecking;

  @Option(
      names = "--users",
      paramLabel = "WHO",
      description = "Who may attach: same (this user and root) or any. Default: same.")
  private DeviceConfig.@Nullable Users users;

  @Option(
      names = "--node-id",
      paramLabel = "N",
      description = "Which node this is, 1 to 64. Default: 1.")
  private @Nullable Integer nodeId;

  @Option(
      names = "--idle-exit",
      paramLabel = "TIME",
      description = {
        "Leave when no program has had a session for so long: 500ms, 30s, 5m, 1h. The first may",
        "take ten seconds to come. Default: stay. Exports of the file keep the node for ever."
      })
  private @Nullable String idleExit;

  @Option(
      names = "--stop-with-stdin",
      description = "Also leave when standard input ends, so that a device dies with its starter.")
  private boolean isLeashed;

  NodeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Path file = config;
    if (isChecking && file == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--check-config needs --config FILE");
    }
    NodeConfig read = file == null ? NodeConfig.standard() : NodeConfig.read(file);
    DaemonPlan plan = plan(read);
    if (isChecking) {
      streams.out().line("ok " + file);
      return ExitCode.OK;
    }
    var ready = new PrintStream(new LineStream(streams.out()), true);
    NodeDaemon.run(plan, isLeashed ? streams.in() : null, ready);
    return ExitCode.OK;
  }

  private DaemonPlan plan(NodeConfig read) {
    DeviceConfig told = read.device();
    var device =
        new DeviceConfig(
            Objects.requireNonNullElse(nodeId, told.nodeId()),
            Objects.requireNonNullElse(users, told.users()),
            told.revocationTimeout(),
            told.greetingTimeout(),
            told.quotas(),
            told.fileSystems());
    Path named = read.directory();
    DeviceDirectory place =
        named == null || directory.isGiven() ? directory.find() : new DeviceDirectory(named);
    return new DaemonPlan(place, device, idleExit(read), read.exports(), read.network());
  }

  private @Nullable Duration idleExit(NodeConfig read) {
    String word = idleExit;
    if (word == null) {
      return read.idleExit();
    }
    Duration time = YamlMap.time(word).orElse(Duration.ZERO);
    if (!time.isPositive()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--idle-exit " + word + " is no time such as 500ms, 30s, 5m or 1h");
    }
    return time;
  }
}
