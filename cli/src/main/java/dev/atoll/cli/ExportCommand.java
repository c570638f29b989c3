/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.base.Ranges;
import dev.atoll.memory.Region;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemOption;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportOptions;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.SignalOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll export}: offers a file or fresh memory until it is told to stop. */
@Command(
    name = "export",
    description = {
      "Offer a file, or fresh memory, to other processes: it prints `published NODE:ID SIZE`",
      "and serves until SIGINT or SIGTERM. Then, or if it is killed, its importers lose the",
      "segment at once; a file keeps its content, fresh memory is gone.",
      "",
      "Segments are whole pages, so a file must be too. To pad one with zeros:",
      "  truncate -s %%4096 FILE"
    },
    footer = {
      "",
      "Examples:",
      "  atoll export data.pm --size 16m --id 0x600000     make the file if it is missing",
      "  atoll export data.pm --mode 0644                  writable by me, readable by others",
      "  atoll export data.pm --acl 1:0640                 for programs of node 1 only",
      "  atoll export --size 1m --verbose                  fresh memory; tell of each signal"
    })
final class ExportCommand implements Callable<Integer> {
  private static final Duration FOR_EVER = Duration.ofSeconds(-1);

  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file; without it, --size bytes of fresh memory.")
  private @Nullable Path file;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = {
        "With FILE: make or extend it to this size; never makes it smaller.",
        "Without: how much memory. 4096, 0x1000, 4k, 16m, 1g."
      })
  private @Nullable Long size;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The segment id, 0x400000 to 0x7fffffff. Default: the device assigns one.")
  private String id = "0";

  @Option(
      names = "--mode",
      paramLabel = "OCTAL",
      converter = AccessText.Mode.class,
      description = {
        "Who may read (4) and write (2): owner, group, others, as in 0640. It counts where",
        "--acl is not given. Default: 0666 without the bits of the umask."
      })
  private @Nullable Integer mode;

  @Option(
      names = "--acl",
      paramLabel = "NODE:OCTAL",
      split = ",",
      converter = AccessText.class,
      description = {
        "Only programs of these nodes may connect, with these rights. Through loopback, the",
        "one controller so far, only this node can be named, once."
      })
  private List<Access> accessList = List.of();

  @Option(names = "--rebind", description = "The exporter may bind other memory later.")
  private boolean isRebindable;

  @Option(
      names = "--mediated",
      description = {
        "No importer ever holds the memory: get and put go through the device, map is refused.",
        "Slower, and nothing is left in an importer's hands when its connection ends."
      })
  private boolean isMediated;

  @Option(names = "--stop-with-stdin", description = "Also stop when standard input ends.")
  private boolean isLeashed;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print a line for each signal that importers post.")
  private boolean isVerbose;

  ExportCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    int wantedId = idNumber();
    StopRequest stop = StopRequest.watch(isLeashed ? streams.in() : null);
    try (stop;
        Node node = directory.attach();
        Region region = open(node);
        ExportSegment export = node.controller("loopback").export(region, options())) {
      int given = export.publish(wantedId, accessList.toArray(Access[]::new));
      streams
          .out()
          .line("published " + new SegmentName(node.nodeId(), given) + " " + region.size());
      return serve(export);
    }
  }

  private int serve(ExportSegment export) {
    try {
      while (export.signals().await(FOR_EVER) == SignalOutcome.RECEIVED) {
        if (isVerbose) {
          streams.out().line("signal");
        }
      }
    } catch (InterruptedException e) {
      // The interrupt is the order to stop, and has been obeyed: what is closed next must not
      // see it.
      return ExitCode.OK;
    }
    throw new Refusal(
        ExitCode.NO_DEVICE,
        "ATOLL_SESSION_LOST",
        "the device has gone, and the segment with it; start `atoll node` and export again");
  }

  private Region open(Node node) {
    checkAccessList(node.nodeId());
    Long bytes = size;
    Path path = file;
    if (path == null) {
      if (bytes == null || bytes == 0) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "a FILE is missing, or --size for fresh memory");
      }
      return node.allocate(bytes);
    }
    long page = Posix.system().pageSize();
    if (bytes != null) {
      long whole = Ranges.alignUp(Math.max(1, bytes), page);
      try (PmemFile opened = PmemFile.open(path, whole, PmemOption.CREATE)) {
        return map(opened, page);
      }
    }
    try (PmemFile opened = PmemFile.open(path)) {
      return map(opened, page);
    }
  }

  private static Region map(PmemFile opened, long page) {
    if (opened.size() % page != 0) {
      throw new Refusal(
          ExitCode.FAILED,
          "ATOLL_NOT_WHOLE_PAGES",
          opened.path()
              + " has "
              + opened.size()
              + " bytes, but a segment is whole pages of "
              + page
              + "; pad it with: truncate -s %"
              + page
              + " "
              + opened.path());
    }
    return opened.map();
  }

  private ExportOptions options() {
    Set<ExportOption> chosen = EnumSet.noneOf(ExportOption.class);
    if (isRebindable) {
      chosen.add(ExportOption.ALLOW_REBIND);
    }
    if (isMediated) {
      chosen.add(ExportOption.MEDIATED);
    }
    Integer bits = mode;
    var options = new ExportOptions(chosen, OptionalInt.empty());
    return bits == null ? options : options.withMode(bits);
  }

  /** The device refuses the same; here it is said in words before anything is made. */
  private void checkAccessList(int ownNode) {
    if (accessList.size() > 1) {
      throw badAccessList(accessList.size() + " entries; loopback reaches one node, takes one");
    }
    for (Access entry : accessList) {
      if (entry.nodeId() != ownNode) {
        throw badAccessList(
            "node " + entry.nodeId() + " can not be reached by loopback; this node is " + ownNode);
      }
    }
  }

  private static Refusal badAccessList(String why) {
    return new Refusal(ExitCode.FAILED, "RSMERR_BAD_ACL", "--acl: " + why);
  }

  private int idNumber() {
    try {
      return Integer.decode(id);
    } catch (NumberFormatException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--id " + id + " is not a number", e);
    }
  }
}
