/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.Nid;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** An LNet node that runs with its administration. */
final class RunningLnet implements LnetHost, AutoCloseable {
  private final LnetNode node;
  private final LnetAdministration administration = new LnetAdministration(this);

  private RunningLnet(LnetNode node) {
    this.node = node;
  }

  /**
   * Starts a node.
   *
   * @throws dev.atoll.lnet.LnetException if it can not be had so, with what to do
   */
  static RunningLnet start(DaemonNetwork plan) {
    var running = new RunningLnet(LnetNode.start(plan.config()));
    boolean isComplete = false;
    try {
      plan.words().forEach(running.administration::named);
      running.execute(engine -> plan.peers().forEach(engine::addPeer));
      isComplete = true;
      return running;
    } finally {
      if (!isComplete) {
        running.close();
      }
    }
  }

  LnetAdministration administration() {
    return administration;
  }

  /** Mode and addresses, for the line that a daemon prints. */
  String describe() {
    LnetConfig config = node.config();
    return config.interfaces().stream().map(Nid::toString).collect(Collectors.joining(","))
        + " identity "
        + config.mode().name().toLowerCase(Locale.ROOT)
        + " port "
        + config.port()
        + (config.isNetworkTrusted() ? " trusted-network" : "");
  }

  @Override
  public void execute(Consumer<LnetEngine> action) {
    boolean _ =
        node.ask(engine -> {
          action.accept(engine);
          return true;
        });
  }

  @Override
  public void add(Nid nid) {
    node.addInterface(nid);
  }

  @Override
  public void close() {
    node.close();
  }
}
