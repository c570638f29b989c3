/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.cli.tour.RoleCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code atoll}. */
@Command(
    name = "atoll",
    mixinStandardHelpOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Memory that outlives the process and that other processes can reach.",
      "",
      "Begin with `atoll tour`: it shows in ten seconds what this is about."
    },
    footer = {
      "",
      "Examples:",
      "  atoll tour                              see it work",
      "  atoll node &                            run a device for this user",
      "  atoll export data.pm --size 1m          share a file, made if it is missing",
      "  atoll import 1:0x7f000000 dump          look at it from another process",
      "  atoll pmem info data.pm                 how durable is that file, and why",
      "  atoll doctor                            can this machine do it, and what to change",
      "  atoll ls                                what the device of this user holds",
      "  atoll ping 127.0.0.3@tcp                is that LNet node there",
      "",
      "Exit codes: 0 done, 1 refused or failed, 2 usage, 69 no device, 70 a mistake of Atoll,",
      "71 out of memory, 74 a call on a file failed, 77 not allowed, 130 interrupted,",
      "141 nobody reads the output. docs/cli.md explains each."
    })
public final class AtollCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean isHelpWanted;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean isDebug;

  private AtollCommand() {}

  /**
   * Runs the command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(commandLine(Streams.ofProcess()).execute(args));
  }

  static CommandLine commandLine(Streams streams) {
    var importing =
        new CommandLine(new ImportCommand())
            .addSubcommand(new ImportGetCommand(streams))
            .addSubcommand(new ImportPutCommand(streams))
            .addSubcommand(new ImportCpCommand(streams))
            .addSubcommand(new ImportWatchCommand(streams))
            .addSubcommand(new ImportDumpCommand(streams));
    var pmem = new CommandLine(new PmemCommand()).addSubcommand(new PmemInfoCommand(streams));
    Failures failures = new Failures(streams);
    return new CommandLine(new AtollCommand())
        .addSubcommand(new TourCommand(streams))
        .addSubcommand(new NodeCommand(streams))
        .addSubcommand(new ExportCommand(streams))
        .addSubcommand(importing)
        .addSubcommand(pmem)
        .addSubcommand(new LsCommand(streams))
        .addSubcommand(new StatCommand(streams))
        .addSubcommand(NetCommand.commandLine(streams))
        .addSubcommand(PeerCommand.commandLine(streams))
        .addSubcommand(ConnCommand.commandLine(streams))
        .addSubcommand(RouteCommand.commandLine(streams))
        .addSubcommand(new PingCommand(streams))
        .addSubcommand(new DiscoverCommand(streams))
        .addSubcommand(new ListNidsCommand(streams))
        .addSubcommand(LnetCommand.commandLine(streams))
        .addSubcommand(new DoctorCommand(streams))
        .addSubcommand(new CleanCommand(streams))
        .addSubcommand(new StopCommand(streams))
        .addSubcommand(new VersionCommand(streams))
        .addSubcommand(new RoleCommand(streams))
        .setOut(streams.out().writer())
        .setErr(new PrintWriter(streams.err(), true, streams.err().charset()))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                streams.isTerminal() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
        .setUsageHelpWidth(100)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
  }

  static boolean isDebug(CommandLine command) {
    for (CommandLine at = command; at != null; at = at.getParent()) {
      if (at.getCommand() instanceof AtollCommand top) {
        return top.isDebug;
      }
    }
    return false;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a COMMAND is missing");
  }
}
