/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.DaemonNetwork;
import dev.atoll.OwnNetwork;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidFormatException;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which network: that of a running device, or one for this command alone. */
final class NetworkOption implements NetworkUse.Source {
  /** Kept, since the log manager holds loggers weakly. */
  private static final Logger LNET_LOG = Logger.getLogger("dev.atoll.lnet");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--nid",
      paramLabel = "NID",
      description = {
        "Be a node of this name for this command alone, such as 127.0.0.9@tcp, instead of using",
        "the running device."
      })
  private @Nullable String nid;

  @Option(
      names = "--identity",
      paramLabel = "MODE",
      description = "With --nid: plain, or lustre, which needs privilege. Default: plain.")
  private @Nullable IdentityMode identity;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "With --nid: where all nodes of the network listen. Default: the mode's.")
  private @Nullable Integer port;

  @Option(
      names = "--trusted-network",
      description = "With --nid: all hosts that the address reaches are trusted.")
  private boolean isTrusted;

  @Override
  public NetworkUse open() {
    String name = nid;
    if (name == null) {
      if (identity != null || port != null || isTrusted) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "--identity, --port and --trusted-network go with --nid");
      }
      return new DeviceSource(directory).open();
    }
    if (directory.isGiven()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--dir is the network of a device, --nid one of its own; give one");
    }
    // That a node has started is what the command line asked for; its troubles are still told.
    LNET_LOG.setLevel(Level.WARNING);
    OwnNetwork own = OwnNetwork.start(new DaemonNetwork(config(name)));
    return new NetworkUse(own.network(), own::close);
  }

  private LnetConfig config(String name) {
    IdentityMode mode = Objects.requireNonNullElse(identity, IdentityMode.PLAIN);
    try {
      Nid self = Nid.parse(name);
      if (!isTrusted && self.hasInetAddress() && !self.inetAddress().isLoopbackAddress()) {
        throw new Refusal(
            ExitCode.FAILED,
            "LNET_CONFIG",
            self
                + " reaches other hosts, and nothing is encrypted there; if only trusted hosts are on"
                + " that network, say --trusted-network");
      }
      return new LnetConfig(
          List.of(self),
          mode,
          Objects.requireNonNullElse(port, mode.defaultPort()),
          isTrusted,
          List.of(),
          LnetSettings.defaults(),
          LnetConfig.USUAL_IDLE_LOOKS);
    } catch (NidFormatException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--nid: " + e.getMessage(), e);
    }
  }
}
