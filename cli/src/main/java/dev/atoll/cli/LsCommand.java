/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.link.AccessEntry;
import dev.atoll.link.DeviceListing;
import dev.atoll.link.LinkException;
import dev.atoll.link.ListingRow;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll ls}: what is on this host. */
@Command(
    name = "ls",
    description = {
      "List what the running device holds: sessions, exports and imports; for its owner and",
      "root. Without a device list the directories where devices are or were, with what lies in",
      "them; --places does that in any case."
    },
    footer = {"", "Examples:", "  atoll ls", "  atoll ls --places", "  atoll ls --json"})
final class LsCommand implements Callable<Integer> {
  private final Streams streams;
  private final Programs programs = new Programs(Path.of("/proc"));

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(names = "--places", description = "Directories of devices, also if one runs.")
  private boolean isPlaces;

  @Option(names = "--json", description = "One JSON object.")
  private boolean isJson;

  LsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (isPlaces) {
      listPlaces("");
      return ExitCode.OK;
    }
    try (Node node = directory.attach()) {
      list(node.nodeId(), node.administration().segments());
    } catch (LinkException e) {
      if (!e.code().equals(LinkException.NO_DEVICE)) {
        throw e;
      }
      listPlaces("no device in " + Escaped.text(directory.find().path().toString()));
    }
    return ExitCode.OK;
  }

  private void listPlaces(String heading) {
    Posix posix = Posix.system();
    List<DevicePlace> places = new ArrayList<>();
    if (directory.isNamed()) {
      places.add(DevicePlace.look(posix, directory.find()));
    } else {
      places.addAll(DevicePlace.all(posix, System.getenv(), DirectoryOption.temporary()));
    }
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("hasDevice", false);
      values.put("places", places.stream().map(DevicePlace::toMap).toList());
      if (isPlaces) {
        values.remove("hasDevice");
      }
      streams.out().json(values);
      return;
    }
    if (!heading.isEmpty()) {
      streams.out().line(heading);
    }
    places.forEach(place -> streams.out().line(place.toLine()));
  }

  private void list(int nodeId, DeviceListing listing) {
    var tables = new Tables(nodeId);
    listing.rows().forEach(tables::add);
    if (isJson) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("hasDevice", true);
      values.put("node", nodeId);
      values.put("directory", directory.find().path().toString());
      values.put("isCut", listing.isCut());
      values.put("sessions", tables.sessions);
      values.put("exports", tables.exports);
      values.put("imports", tables.imports);
      streams.out().json(values);
      return;
    }
    streams.out().line("node " + nodeId + "  " + Escaped.text(directory.find().path().toString()));
    print("sessions", tables.sessions);
    print("exports", tables.exports);
    print("imports", tables.imports);
    if (listing.isCut()) {
      streams.out().line("and more: a listing ends after " + DeviceListing.ROWS_MAX + " rows");
    }
  }

  private void print(String title, List<Map<String, Object>> rows) {
    streams.out().line("");
    streams.out().line(title + " " + rows.size());
    new TextTable(rows).lines().forEach(line -> streams.out().line("  " + line));
  }

  /** The rows, with what belongs together brought together. */
  private final class Tables {
    private final int nodeId;
    private final List<Map<String, Object>> sessions = new ArrayList<>();
    private final List<Map<String, Object>> exports = new ArrayList<>();
    private final List<Map<String, Object>> imports = new ArrayList<>();
    private long uid;

    Tables(int nodeId) {
      this.nodeId = nodeId;
    }

    void add(ListingRow row) {
      switch (row) {
        case ListingRow.OfSession session -> {
          uid = Integer.toUnsignedLong(session.userId());
          sessions.add(toMap(session));
        }
        case ListingRow.OfExport export -> exports.add(toMap(export));
        case ListingRow.OfAccess access -> addAccess(access.entry());
        case ListingRow.OfImport imported -> imports.add(toMap(imported));
      }
    }

    private Map<String, Object> toMap(ListingRow.OfSession session) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("session", session.session());
      values.put("pid", session.processId());
      values.put("uid", uid);
      values.put("descriptors", session.descriptors());
      values.put("program", programs.nameOf(session.processId()));
      return values;
    }

    private Map<String, Object> toMap(ListingRow.OfExport export) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("segment", nameOf(export.segmentId()));
      values.put("sizeBytes", export.sizeBytes());
      values.put("kind", export.isPersistent() ? "PERSISTENT" : "VOLATILE");
      values.put("state", export.state().name());
      values.put("session", export.session());
      values.put("uid", uid);
      values.put("mode", octal(export.mode()));
      values.put("acl", "");
      values.put("importers", export.importers());
      return values;
    }

    private Map<String, Object> toMap(ListingRow.OfImport imported) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("segment", nameOf(imported.segmentId()));
      values.put("sizeBytes", imported.sizeBytes());
      values.put("state", imported.isOverdue() ? "OVERDUE" : imported.state().name());
      values.put("session", imported.session());
      values.put("uid", uid);
      values.put("exporter", imported.exporterSession());
      return values;
    }

    private void addAccess(AccessEntry entry) {
      if (!exports.isEmpty()) {
        Map<String, Object> export = exports.getLast();
        String before = String.valueOf(export.get("acl"));
        String text = entry.nodeId() + ":" + octal(entry.permission());
        export.put("acl", before.isEmpty() ? text : before + "," + text);
      }
    }

    private String nameOf(int segmentId) {
      return segmentId == 0 ? "-" : new SegmentName(nodeId, segmentId).toString();
    }
  }

  private static String octal(int mode) {
    return String.format(Locale.ROOT, "0%03o", mode);
  }
}
