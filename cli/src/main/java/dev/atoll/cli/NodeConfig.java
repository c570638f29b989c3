/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.DaemonExport;
import dev.atoll.DaemonNetwork;
import dev.atoll.device.DeviceConfig;
import dev.atoll.device.Quotas;
import dev.atoll.link.LinkLimits;
import dev.atoll.rsm.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * What a configuration file tells a node; docs/configuration.md explains each key.
 *
 * @param directory of the device, or null for the default
 * @param device what the device is told
 * @param idleExit how long the node stays without a session; null to stay
 * @param exports what the node offers itself
 * @param network the LNet network it is a node of, or null for none
 */
record NodeConfig(
    @Nullable Path directory,
    DeviceConfig device,
    @Nullable Duration idleExit,
    List<DaemonExport> exports,
    @Nullable DaemonNetwork network) {
  private static final int EXPORTS_MAX = LinkLimits.HANDLES_MAX / 2;
  private static final int FIRST_ID = 0x40_0000;
  private static final int READ_AND_WRITE = 0666;
  private static final int OWNER_READS_AND_WRITES = 0600;
  private static final int NAME_CHARS_MAX = 64;
  private static final int COUNT_MAX = 1 << 20;
  private static final Set<String> TOP =
      Set.of(
          "device",
          "rsm",
          "export",
          "net",
          "peer",
          "route",
          "global",
          "statistics",
          "security",
          "lnet");
  private static final Set<String> DEVICE =
      Set.of(
          "directory",
          "users",
          "node-id",
          "revocation-timeout",
          "greeting-timeout",
          "sessions",
          "sessions-per-user",
          "exports-per-user",
          "imports-per-user",
          "bytes-per-user",
          "idle-exit");
  private static final Set<String> RSM = Set.of("segment-ids");
  private static final Set<String> EXPORT = Set.of("name", "file", "size", "id", "mode", "access");
  private static final Set<String> ACCESS = Set.of("node", "mode");

  /** What a node does without a file. */
  static NodeConfig standard() {
    return new NodeConfig(null, DeviceConfig.standard(), null, List.of(), null);
  }

  /**
   * Reads a file.
   *
   * @throws Refusal with file, line and what was expected
   */
  static NodeConfig read(Path file) {
    return YamlFile.read(
        file,
        tree ->
            tree.map(root -> parse(file.toAbsolutePath().getParent(), root))
                .orElseGet(NodeConfig::standard));
  }

  private static NodeConfig parse(@Nullable Path base, Node root) {
    YamlMap top = YamlMap.of("the file", root, TOP);
    YamlMap device = section(top, "device", DEVICE);
    checkRsm(section(top, "rsm", RSM));
    DeviceConfig config = deviceOf(device);
    return new NodeConfig(
        device.text("directory").map(word -> resolve(base, word)).orElse(null),
        config,
        device.has("idle-exit") ? positive(device, "idle-exit") : null,
        exportsOf(base, top, config.nodeId()),
        NetworkPlanReader.read(top));
  }

  private static YamlMap section(YamlMap top, String key, Set<String> known) {
    Node node = top.node(key).orElse(null);
    return node == null
        ? YamlMap.of(key, new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK), known)
        : YamlMap.of(key, node, known);
  }

  /** The file of segment id ranges is read by programs; here it must only be there. */
  private static void checkRsm(YamlMap rsm) {
    rsm.text("segment-ids")
        .ifPresent(word -> {
          if (!Files.isReadable(Path.of(word))) {
            throw new ConfigFault(rsm.lineOf("segment-ids"), "can not read the file " + word);
          }
        });
  }

  private static DeviceConfig deviceOf(YamlMap device) {
    DeviceConfig standard = DeviceConfig.standard();
    return new DeviceConfig(
        (int) device.number("node-id", 1, LinkLimits.NODE_ID_MAX, standard.nodeId()),
        usersOf(device),
        device.duration("revocation-timeout", standard.revocationTimeout()),
        device.duration("greeting-timeout", standard.greetingTimeout()),
        quotasOf(device, standard.quotas()),
        standard.fileSystems());
  }

  private static Quotas quotasOf(YamlMap device, Quotas standard) {
    return new Quotas(
        (int) device.number("sessions", 1, COUNT_MAX, standard.sessionsMax()),
        (int) device.number("sessions-per-user", 1, COUNT_MAX, standard.sessionsPerUserMax()),
        (int) device.number("exports-per-user", 1, COUNT_MAX, standard.exportsPerUserMax()),
        (int) device.number("imports-per-user", 1, COUNT_MAX, standard.importsPerUserMax()),
        device.bytes("bytes-per-user", standard.bytesPerUserMax()));
  }

  private static DeviceConfig.Users usersOf(YamlMap device) {
    String word = device.text("users").orElse("same");
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "same" -> DeviceConfig.Users.SAME;
      case "any" -> DeviceConfig.Users.ANY;
      default ->
          throw new ConfigFault(
              device.lineOf("users"), "device.users is '" + word + "', not same or any");
    };
  }

  private static Duration positive(YamlMap map, String key) {
    Duration value = map.duration(key, Duration.ZERO);
    if (!value.isPositive()) {
      throw new ConfigFault(map.lineOf(key), key + " must be more than nothing");
    }
    return value;
  }

  private static List<DaemonExport> exportsOf(@Nullable Path base, YamlMap top, int nodeId) {
    List<DaemonExport> exports = new ArrayList<>();
    Map<Integer, String> ids = new HashMap<>();
    for (Node node : top.list("export", EXPORTS_MAX)) {
      YamlMap map = YamlMap.of("export", node, EXPORT);
      DaemonExport export = exportOf(base, map, exports.size() + 1, nodeId);
      String other = export.segmentId() == 0 ? null : ids.put(export.segmentId(), export.name());
      if (other != null) {
        throw new ConfigFault(
            map.lineOf("id"), "the export " + other + " has the same id " + export.segmentId());
      }
      exports.add(export);
    }
    return exports;
  }

  private static DaemonExport exportOf(@Nullable Path base, YamlMap map, int number, int nodeId) {
    String name = map.text("name").orElse("export-" + number);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0," + (NAME_CHARS_MAX - 1) + "}")) {
      throw new ConfigFault(
          map.lineOf("name"),
          "export.name may have " + NAME_CHARS_MAX + " letters, digits, dots, _ and -");
    }
    Path file = map.text("file").map(word -> resolve(base, word)).orElse(null);
    long size = map.bytes("size", 0);
    if (file == null && size == 0) {
      throw new ConfigFault(map.line(), "an export needs a file, or a size for fresh memory");
    }
    int id = (int) map.number("id", FIRST_ID, Integer.MAX_VALUE, 0);
    return new DaemonExport(name, file, size, id, accessOf(map, nodeId));
  }

  private static List<Access> accessOf(YamlMap map, int nodeId) {
    if (map.has("mode") && map.has("access")) {
      throw new ConfigFault(
          map.lineOf("mode"), "give an export a mode or an access list, not both");
    }
    List<Access> list = new ArrayList<>();
    for (Node node : map.list("access", LinkLimits.ACCESS_ENTRIES_MAX)) {
      YamlMap entry = YamlMap.of("access", node, ACCESS);
      list.add(
          Access.node(
              (int) entry.number("node", 1, LinkLimits.NODE_ID_MAX, nodeId),
              entry.octal("mode", READ_AND_WRITE, OWNER_READS_AND_WRITES)));
    }
    return list.isEmpty()
        ? List.of(Access.node(nodeId, map.octal("mode", READ_AND_WRITE, OWNER_READS_AND_WRITES)))
        : list;
  }

  private static Path resolve(@Nullable Path base, String word) {
    if (word.isEmpty() || word.indexOf('\0') >= 0) {
      throw new ConfigFault(0, "a path is empty or has a zero in it");
    }
    Path path = Path.of(word);
    return path.isAbsolute() || base == null ? path : base.resolve(path).normalize();
  }
}
