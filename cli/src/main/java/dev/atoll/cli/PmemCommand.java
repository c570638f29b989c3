/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code atoll pmem}: persistent memory. */
@Command(
    name = "pmem",
    synopsisSubcommandLabel = "COMMAND",
    description = "Look at files as persistent memory.")
final class PmemCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a COMMAND is missing: info");
  }
}
