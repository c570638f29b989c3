/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.cli.tour.TourLeftovers;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll clean}: removes what dead devices have left. */
@Command(
    name = "clean",
    description = {
      "Show what dead devices and tours of this user have left, and with --yes remove it: stale",
      "sockets, their logs, unfinished id files. The kernel's locks say what is dead, never an age. A",
      "directory whose device lives is not touched, nor is one of another user, nor a lock file,",
      "which costs nothing and by which devices agree."
    },
    footer = {"", "Examples:", "  atoll clean", "  atoll clean --yes --dir /tmp/lab/d1"})
final class CleanCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(names = "--yes", description = "Remove it. Default: only show it.")
  private boolean isRemoving;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  CleanCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    Posix posix = Posix.system();
    List<Path> found = new ArrayList<>();
    Map<String, Object> kept = new LinkedHashMap<>();
    for (DevicePlace place : places(posix)) {
      Leftovers.Outcome outcome = new Leftovers(posix, place).clean(isRemoving);
      found.addAll(outcome.found());
      if (!outcome.whyKept().isEmpty()) {
        kept.put(place.directory().path().toString(), outcome.whyKept());
      }
    }
    if (!directory.isNamed()) {
      found.addAll(TourLeftovers.in(DirectoryOption.temporary(), isRemoving));
    }
    tell(found, kept);
    return ExitCode.OK;
  }

  private List<DevicePlace> places(Posix posix) {
    return directory.isNamed()
        ? List.of(DevicePlace.look(posix, directory.find()))
        : DevicePlace.all(posix, System.getenv(), DirectoryOption.temporary());
  }

  private void tell(List<Path> found, Map<String, Object> kept) {
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("isRemoved", isRemoving);
      values.put("found", found.stream().map(Path::toString).toList());
      values.put("kept", kept);
      streams.out().json(values);
      return;
    }
    String verb = isRemoving ? "removed " : "would remove ";
    found.forEach(each -> streams.out().line(verb + Escaped.text(each.toString())));
    kept.forEach((path, why) ->
        streams.out().line("kept " + Escaped.text(path) + ": " + Escaped.text("" + why)));
    if (found.isEmpty()) {
      streams.out().line("nothing to remove");
    } else if (!isRemoving) {
      streams.out().line("nothing was removed; --yes does it");
    }
  }
}
