/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.cli.doctor.Doctor;
import dev.atoll.cli.doctor.Finding;
import dev.atoll.cli.doctor.Host;
import dev.atoll.cli.doctor.RuntimeChecks;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll doctor}: can this machine do it, and what to change. */
@Command(
    name = "doctor",
    description = {
      "Look over Java, kernel, processors, limits, memory, and the device's directory, and say",
      "what to change. It needs no device and no rights, and changes nothing."
    },
    footer = {
      "",
      "Examples:",
      "  atoll doctor",
      "  atoll doctor /mnt/pmem/data            also: can that file be flushed from user space",
      "  atoll doctor --dir /tmp/lab/d1 --json",
      "",
      "Exit codes: 0 nothing is a FAIL, 1 something is."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Path ROOT = Path.of("/");

  private final Streams streams;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A file that is to be used as persistent memory.")
  private @Nullable Path file;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  DoctorCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>(RuntimeChecks.findings());
    findings.addAll(examine());
    boolean isFit = findings.stream().noneMatch(each -> each.level() == Finding.Level.FAIL);
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("isFit", isFit);
      values.put("findings", findings.stream().map(DoctorCommand::toMap).toList());
      streams.out().json(values);
    } else {
      findings.forEach(this::print);
    }
    return isFit ? ExitCode.OK : ExitCode.FAILED;
  }

  private List<Finding> examine() {
    Posix posix;
    try {
      posix = Posix.system();
    } catch (UnsupportedOperationException | IllegalCallerException | LinkageError e) {
      // Native access is refused, or this is no system Atoll knows: that is what is to be told.
      return List.of(RuntimeChecks.unreachable(e));
    }
    return Doctor.examine(new Host(posix, ROOT, System.getenv(), directory.find(), file));
  }

  private void print(Finding finding) {
    streams
        .out()
        .format("%-4s %-18s %s", finding.level(), finding.name(), Escaped.text(finding.value()));
    if (finding.level() != Finding.Level.OK && !finding.advice().isEmpty()) {
      streams.out().format("%-4s %-18s -> %s", "", "", Escaped.text(finding.advice()));
    }
  }

  private static Map<String, Object> toMap(Finding finding) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("level", finding.level().name());
    values.put("name", finding.name());
    values.put("value", finding.value());
    values.put("advice", finding.level() == Finding.Level.OK ? "" : finding.advice());
    return values;
  }
}
