/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command on the network of a running device, and on no other. */
abstract class DeviceCommand extends NetworkCommand {
  private final Attempt attempt;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(names = "--json", description = "What there is to say as one JSON object.")
  private boolean isJson;

  DeviceCommand(Streams streams, Attempt attempt) {
    super(streams);
    this.attempt = attempt;
  }

  @Override
  final NetworkUse.Source source() {
    return new DeviceSource(directory);
  }

  @Override
  final Attempt attempt() {
    return attempt;
  }

  @Override
  final boolean isJson() {
    return isJson;
  }
}
