/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.link.NetworkOrder;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What put and get by hand have in common: the memory behind another node's portal. */
abstract class LnetTransferCommand extends NetworkCommand {
  @Mixin private NetworkOption network = new NetworkOption();

  @Parameters(index = "0", paramLabel = "NID", description = "The other node.")
  private String nid = "";

  @Parameters(index = "1", paramLabel = "PORTAL", description = "Its portal, 0 to 63.")
  private int portal;

  @Parameters(
      index = "2",
      paramLabel = "BITS",
      converter = NetworkText.Bits.class,
      description = "The match bits, decimal or 0x hexadecimal.")
  private long bits;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      defaultValue = "0",
      description = "Where in its memory, if it leaves that to us. Default: 0.")
  private long offset;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = NetworkText.Seconds.class,
      defaultValue = "10s",
      description = "How long to wait for the answer; a bare number is seconds. Default: 10s.")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  LnetTransferCommand(Streams streams) {
    super(streams);
  }

  @Override
  final NetworkUse.Source source() {
    return network;
  }

  @Override
  final boolean isJson() {
    return isJson;
  }

  final NetworkOrder.Target target(int lengthBytes) {
    return new NetworkOrder.Target(nid, portal, bits, offset, lengthBytes);
  }

  final long timeoutNanos() {
    return timeout.toNanos();
  }
}
