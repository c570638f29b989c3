/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.NodeDaemon;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The program {@code atoll bench}. */
@Command(
    name = "atoll bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Measures Atoll beside the floor of this machine and its peers.",
    footer = {
      "",
      "Exit codes: 0 all was measured or proved, 1 something was not, 2 bad usage.",
      "The method is described in docs/performance.md."
    })
public final class BenchMain {
  private static final String JMH = "jmh";

  private BenchMain() {}

  /**
   * Runs a command and ends the process.
   *
   * @param args the command and its options; {@code --help} lists them
   * @throws IOException if JMH can not read its list of benchmarks
   */
  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals(JMH)) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    System.exit(new CommandLine(new BenchMain()).execute(args));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Persist 64 B to 64 KiB beside C libpmem and MemorySegment.force.")
  int persist(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("persist", options);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Copy and persist 64 B to 16 MiB beside pmem_memcpy of C libpmem.")
  int copy(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("copy", options);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Put and get 8 B to 64 MiB, access, signals and connections beside their floors.")
  int segment(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("segment", options);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Messages of 32 B there and back and one way beside their floors.")
  int channel(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("channel", options);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "LNet's PUT and GET over TCP beside bare sockets, UCX and libfabric.")
  int lnet(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("lnet", options);
  }

  @Command(mixinStandardHelpOptions = true, description = "All of these.")
  int all(@Mixin MeasureOptions options) throws InterruptedException {
    return measure("all", options);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Shows that the method sees a planted slow-down of 5 %% and none where none is.")
  int selftest(@Mixin MeasureOptions options) throws InterruptedException {
    return new SelfTest(options.plan(), options.runs(), System.out).run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Shows that no hot path allocates: bytes by operation, which must be 0.")
  int allocation() throws InterruptedException {
    return new Allocation(System.out).run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Shows that no hot path makes a system call: calls by operation under strace, must be 0.")
  int syscalls() throws InterruptedException {
    return new SystemCalls(System.out).run();
  }

  @Command(
      name = JMH,
      description = "Runs the JMH benchmarks; takes JMH's own options (jmh -h lists them).")
  int jmh() throws IOException {
    // main() has seen to it before options are parsed; this is what the list of commands shows.
    org.openjdk.jmh.Main.main(new String[] {"-h"});
    return 0;
  }

  @Command(hidden = true, description = "One group of one run, for the commands above.")
  int group(
      @Parameters String name,
      @Parameters int run,
      @Parameters int rounds,
      @Parameters boolean isQuick,
      @Parameters long seed,
      @Parameters Path directory)
      throws InterruptedException {
    Thread.ofPlatform().daemon().name("bench-leash").start(BenchMain::followLeash);
    Plan plan = new Plan(rounds, isQuick, seed, directory);
    try (Crew crew = new Crew()) {
      Groups.named(name).run(new Bench(plan, run, crew, System.out));
    }
    return 0;
  }

  @Command(hidden = true, description = "The hot paths between markers, for strace.")
  int traced(@Parameters Path directory) throws InterruptedException {
    SystemCalls.runTraced(directory);
    return 0;
  }

  @Command(hidden = true, description = "A device that lives as long as its standard input.")
  int device(@Parameters Path directory) {
    NodeDaemon.run(new DeviceDirectory(directory), DeviceConfig.standard(), System.in, System.out);
    return 0;
  }

  @Command(hidden = true, description = "The process that answers signals.")
  int echo(@Parameters Path directory, @Parameters int segmentId) {
    Echo.run(directory, segmentId);
    return 0;
  }

  @Command(
      name = "channel-partner",
      hidden = true,
      description = "The process at the other end of channels.")
  int channelPartner(
      @Parameters Path directory, @Parameters int segmentId, @Parameters List<String> drivers) {
    Thread.ofPlatform().daemon().name("bench-leash").start(BenchMain::followLeash);
    ChannelPartner.run(directory, segmentId, drivers);
    return 0;
  }

  @Command(
      name = "lnet-syscalls",
      mixinStandardHelpOptions = true,
      description = "Counts the system calls of LNet's put and get, under strace.")
  int lnetSyscalls() throws InterruptedException {
    return new LnetCalls(System.out).run();
  }

  @Command(name = "traced-lnet", hidden = true, description = "LNet between markers, for strace.")
  int tracedLnet() throws InterruptedException {
    LnetCalls.runTraced();
    return 0;
  }

  @Command(
      name = "lnet-partner",
      hidden = true,
      description = "The process at the other end of LNet.")
  int lnetPartner(@Parameters Path pages, @Parameters int nodes) {
    Thread.ofPlatform().daemon().name("bench-leash").start(BenchMain::followLeash);
    LnetPartner.run(pages, nodes);
    return 0;
  }

  @Command(name = "aeron-driver", hidden = true, description = "Aeron's driver, as a peer.")
  int aeronDriver(@Parameters Path directory) {
    AeronPeer.drive(directory);
    System.out.println("ready");
    System.out.flush();
    followLeash();
    return 0;
  }

  /** Ends this process when the one that started it has gone; it leaves no files behind. */
  private static void followLeash() {
    try {
      while (System.in.read() >= 0) {
        // Only the end of the leash counts.
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the leash broke", e);
    } finally {
      Runtime.getRuntime().halt(1);
    }
  }

  private static int measure(String part, MeasureOptions options) throws InterruptedException {
    return new WholeRuns(options.plan(), options.runs(), System.out)
        .run(Groups.of(part), options.json());
  }
}
