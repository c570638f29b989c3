/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.Node;
import dev.atoll.base.AtollException;
import dev.atoll.link.Reply;
import dev.atoll.memory.Region;
import dev.atoll.memory.SharedMemory;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemOption;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process that does with segments what its standard input says, one command a line, and answers
 * each with {@code #N ok VALUE} or {@code #N refused CODE MESSAGE}. It ends with its input.
 */
final class Role {
  private final Map<String, Region> regions = new HashMap<>();
  private final Map<String, ExportSegment> exports = new HashMap<>();
  private final Map<String, ImportSegment> imports = new HashMap<>();
  private final Map<String, ImportMapping> mappings = new HashMap<>();
  private @Nullable Node node;

  public static void main(String[] args) throws IOException, InterruptedException {
    var role = new Role();
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("here");
    int number = 0;
    String line = input.readLine();
    while (line != null) {
      number++;
      System.out.println("#" + number + " " + role.answer(line));
      line = input.readLine();
    }
    System.exit(0);
  }

  private String answer(String line) throws InterruptedException {
    try {
      return ("ok " + run(line.split(" "))).strip();
    } catch (AtollException e) {
      return "refused " + e.code() + " " + e.getMessage();
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return "refused " + e.getClass().getSimpleName() + " " + e.getMessage();
    }
  }

  private Object run(String[] words) throws InterruptedException {
    String name = words.length > 1 ? words[1] : "";
    return switch (words[0]) {
      case "attach" -> attach(Path.of(name));
      case "status" -> status();
      case "leave" -> leave();
      case "alloc" -> keep(name, open().allocate(number(words[2])));
      case "local" ->
          keep(name, SharedMemory.create(Posix.system(), "atoll-role", number(words[2])));
      case "file" -> keep(name, map(Path.of(words[2]), number(words[3])));
      case "free" -> free(name);
      case "peek" -> text(find(regions, name).segment(), number(words[2]), number(words[3]));
      case "poke" -> poke(find(regions, name).segment(), words);
      case "persist" -> persist(name, number(words[2]), number(words[3]));
      case "append" -> RecordLog.append(find(regions, name));
      case "export" -> export(words);
      case "rebind" -> did(() -> find(exports, name).rebind(find(regions, words[2])));
      case "republish" -> did(() -> find(exports, name).republish(access(words[2])));
      case "publish" -> publish(words);
      case "unpublish" -> did(() -> find(exports, name).unpublish());
      case "destroy" -> did(() -> take(exports, name).destroy());
      case "connect" -> connect(name, id(words[2]), Permission.valueOf(words[3]));
      case "disconnect" -> did(() -> find(imports, name).disconnect());
      case "connected" -> find(imports, name).isConnected();
      case "put" -> did(() -> find(imports, name).put(number(words[2]), bytes(words[3])));
      case "get" -> get(find(imports, name), number(words[2]), number(words[3]));
      case "churn" -> churn(find(imports, name), number(words[2]));
      case "map" -> mapImport(words);
      case "unmap" -> did(() -> take(mappings, name).unmap());
      case "load" -> find(mappings, name).segment().get(JAVA_LONG, number(words[2]));
      case "store" ->
          did(() ->
              find(mappings, name).segment().set(JAVA_LONG, number(words[2]), number(words[3])));
      case "post" -> did(() -> signals(name).post());
      case "await" -> signals(name).await(Duration.ofMillis(number(words[2])));
      case "widen" -> Widening.tryAll();
      case "traces" -> Traces.ofThisProcess();
      default -> throw new IllegalArgumentException("command=" + words[0]);
    };
  }

  private String attach(Path directory) {
    node = Node.attach(directory);
    return "node " + node.nodeId();
  }

  private String leave() {
    if (node != null) {
      node.close();
    }
    regions.values().forEach(Region::close);
    regions.clear();
    exports.clear();
    imports.clear();
    mappings.clear();
    return "";
  }

  private Node open() {
    if (node == null) {
      throw new IllegalStateException("not attached");
    }
    return node;
  }

  private String status() {
    Reply.DeviceStatus s = open().deviceStatus();
    return "sessions=%d exports=%d published=%d imports=%d revoking=%d unanswered=%d descriptors=%d"
        .formatted(
            s.sessions(),
            s.exports(),
            s.published(),
            s.imports(),
            s.revoking(),
            s.unanswered(),
            s.descriptors());
  }

  private String keep(String name, Region region) {
    regions.put(name, region);
    return region.size() + " bytes";
  }

  private static Region map(Path path, long size) {
    try (PmemFile file = PmemFile.open(path, size, PmemOption.CREATE)) {
      return file.map();
    }
  }

  private String free(String name) {
    take(regions, name).close();
    return "";
  }

  private static String poke(MemorySegment memory, String[] words) {
    MemorySegment source = bytes(words[3]);
    memory.asSlice(number(words[2]), source.byteSize()).copyFrom(source);
    return "";
  }

  private String persist(String name, long offset, long length) {
    find(regions, name).persist(offset, length);
    return "";
  }

  private String export(String[] words) {
    ExportOption[] options =
        Arrays.stream(words).skip(3).map(ExportOption::valueOf).toArray(ExportOption[]::new);
    exports.put(words[1], open().controller("loopback").export(find(regions, words[2]), options));
    return "";
  }

  private String publish(String[] words) {
    ExportSegment export = find(exports, words[1]);
    int wanted = id(words[2]);
    int given =
        words.length > 3 ? export.publish(wanted, access(words[3])) : export.publish(wanted);
    return Integer.toHexString(given);
  }

  private Access access(String digits) {
    return Access.node(open().nodeId(), Integer.parseInt(digits, 8));
  }

  private String connect(String name, int id, Permission permission) {
    ImportSegment segment = open().controller("loopback").connect(open().nodeId(), id, permission);
    imports.put(name, segment);
    return segment.size() + " bytes " + segment.kind();
  }

  /** Puts the same large block for ever, until the process is killed. */
  private static String churn(ImportSegment segment, long length) {
    byte[] block = new byte[(int) length];
    Arrays.fill(block, (byte) 'x');
    MemorySegment source = MemorySegment.ofArray(block);
    while (segment.isConnected()) {
      segment.put(0, source);
    }
    return "disconnected";
  }

  private static String get(ImportSegment segment, long offset, long length) {
    byte[] bytes = new byte[(int) length];
    segment.get(offset, MemorySegment.ofArray(bytes));
    return printable(bytes);
  }

  private String mapImport(String[] words) {
    ImportMapping mapping =
        find(imports, words[2])
            .map(number(words[3]), number(words[4]), Permission.valueOf(words[5]));
    mappings.put(words[1], mapping);
    return "";
  }

  private Signals signals(String name) {
    return exports.containsKey(name)
        ? find(exports, name).signals()
        : find(imports, name).signals();
  }

  private static <T> T find(Map<String, T> map, String name) {
    T found = map.get(name);
    if (found == null) {
      throw new IllegalStateException("nothing is called " + name);
    }
    return found;
  }

  private static <T> T take(Map<String, T> map, String name) {
    T found = find(map, name);
    map.remove(name);
    return found;
  }

  private static String did(Runnable action) {
    action.run();
    return "";
  }

  private static String text(MemorySegment memory, long offset, long length) {
    return printable(memory.asSlice(offset, length).toArray(JAVA_BYTE));
  }

  private static String printable(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1).replace('\0', '.');
  }

  private static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long number(String word) {
    return Long.decode(word);
  }

  private static int id(String word) {
    return Integer.parseUnsignedInt(word, 16);
  }
}
