/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.PingInfo;
import dev.atoll.lnet.wire.CapturedConversation.Side;
import dev.atoll.lnet.wire.CapturedUnit.Greeting;
import dev.atoll.lnet.wire.CapturedUnit.Message;
import dev.atoll.lnet.wire.CapturedUnit.Noop;
import dev.atoll.lnet.wire.CapturedUnit.Request;
import dev.atoll.lnet.wire.CapturedUnit.Unsound;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another decoder said of a capture, and what our decoders say in the same words. */
final class CaptureText {
  private static final Pattern CONVERSATION = Pattern.compile("== connection (\\d+): (.*)");
  private static final Pattern UNIT = Pattern.compile("\\[ *[\\d.]+\\] c(\\d+) ([AP])>[AP] (.*)");
  private static final Pattern END = Pattern.compile(" +\\[ *[\\d.]+\\] c\\d+ +(FIN|RST) from .*");
  private static final Pattern HEX = Pattern.compile("([0-9a-f]{2} ?)+");
  private static final Pattern CUT =
      Pattern.compile("payload ((?:[0-9a-f]{2} ?)*)…\\((\\d+) bytes\\)");

  /** Where the other decoder guesses: what it has no words for, and what it takes no notice of. */
  private static final Pattern ODD =
      Pattern.compile(
          "\\?\\?.*|CONNREQ magic=(?!acce7100).*|CONNREQ .*version=7.*|HELLO v9.*|HELLO .*ctype=7.*"
              + "|HELLO .*nips=17|HELLO .*dst=512@<0>19722.*|LNet None.*");

  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  private final List<String> ends = new ArrayList<>();
  private final List<Boolean> turned = new ArrayList<>();
  private final List<Map<Side, List<Unit>>> units = new ArrayList<>();

  /** The unit that lines without a heading of their own belong to. */
  private Unit current = new Unit();

  private int lastOfVersion1;

  private CaptureText() {}

  /** Reads the text beside a capture. */
  static CaptureText of(String capture) {
    String name = "/vectors/" + capture + ".txt";
    CaptureText text = new CaptureText();
    try (InputStream in = CaptureText.class.getResourceAsStream(name)) {
      new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(text::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text;
  }

  int conversations() {
    return ends.size();
  }

  String ends(int conversation) {
    return ends.get(conversation);
  }

  List<Unit> units(int conversation, Side side) {
    return units.get(conversation).get(side);
  }

  /** One unit as the other decoder saw it. */
  static final class Unit {
    private final List<String> lines = new ArrayList<>();
    private final StringBuilder hex = new StringBuilder();
    private int cutTo = -1;

    List<String> lines() {
      return List.copyOf(lines);
    }

    boolean isOdd() {
      return lines.stream().anyMatch(line -> ODD.matcher(line).matches());
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(hex.toString().replace(" ", ""));
    }

    /** Whether these are its bytes, as far as the text gives them. */
    boolean isBytes(byte[] all) {
      byte[] known = bytes();
      return cutTo < 0
          ? Arrays.equals(all, known)
          : all.length > known.length && Arrays.equals(Arrays.copyOf(all, known.length), known);
    }
  }

  private void add(String line) {
    Matcher conversation = CONVERSATION.matcher(line);
    Matcher unit = UNIT.matcher(line);
    if (conversation.matches()) {
      addConversation(conversation.group(2));
    } else if (unit.matches()) {
      int index = Integer.parseInt(unit.group(1)) - 1;
      Side side = unit.group(2).equals("A") ? Side.ACTIVE : Side.PASSIVE;
      begin(index, turned.get(index) ? side.other() : side);
      String words = unit.group(3);
      if (words.equals("HELLO v1")) {
        lastOfVersion1 = index;
      }
      addWords(words.startsWith("?? ") ? "??" : words);
      if (words.startsWith("?? ")) {
        current.hex.append(words.substring(3));
      }
    } else if (!END.matcher(line).matches() && !line.isBlank()) {
      addMore(line.strip());
    }
  }

  /** Where the begin is not seen, the text takes for active who is heard first. */
  private void addConversation(String text) {
    List<String> both = List.of(text.split(" -> ", 2));
    boolean isTurned = both.getFirst().endsWith(":988") && !both.getLast().endsWith(":988");
    turned.add(isTurned);
    ends.add(String.join(" -> ", isTurned ? both.reversed() : both));
    units.add(new EnumMap<>(Side.class));
    for (Side side : Side.values()) {
      units.getLast().put(side, new ArrayList<>());
    }
  }

  private void addMore(String words) {
    Matcher cut = CUT.matcher(words);
    if (words.startsWith("LNet ") && !current.lines.getLast().startsWith("KSM LNET")) {
      // Version 1 has no frame header, and so the text has no heading.
      begin(lastOfVersion1, words.startsWith("LNet GET") ? Side.ACTIVE : Side.PASSIVE);
    }
    if (cut.matches()) {
      current.hex.append(cut.group(1));
      current.cutTo = Integer.parseInt(cut.group(2));
      addWords("payload of " + cut.group(2));
    } else if (words.startsWith("payload ")) {
      String hex = words.substring("payload ".length());
      current.hex.append(hex);
      addWords("payload of " + SPACED.parseHex(hex.strip()).length);
    } else if (HEX.matcher(words).matches()) {
      current.hex.append(words);
    } else {
      addWords(words);
    }
  }

  private void begin(int conversation, Side side) {
    current = new Unit();
    units.get(conversation).get(side).add(current);
  }

  private void addWords(String words) {
    current.lines.add(words);
  }

  /** Says of a unit what the other decoder would. */
  static List<String> lines(CapturedUnit unit) {
    MemorySegment bytes = MemorySegment.ofArray(unit.bytes());
    return switch (unit) {
      case Request request ->
          List.of(
              "CONNREQ magic=acce7100 version=%d nid=%s"
                  .formatted(ConnectionRequestLayout.version(bytes, 0), request.target()));
      case Greeting greeting -> List.of(line(greeting.hello()));
      case Noop _ -> List.of(frame(bytes));
      case Message message -> {
        List<String> lines = new ArrayList<>();
        if (message.version() > 1) {
          lines.add(frame(bytes));
        }
        lines.add(line(message.header()));
        addPayload(message.payload(), lines);
        yield lines;
      }
      case Unsound unsound -> List.of(Soundness.describe(unsound.soundness()));
    };
  }

  private static String line(Hello hello) {
    if (hello.version() == 1) {
      return "HELLO v1";
    }
    return "HELLO v%d src=%s dst=%s src_pid=%d dst_pid=%d src_inc=0x%x dst_inc=0x%x ctype=%s nips=0"
        .formatted(
            hello.version(),
            hello.source().nid(),
            hello.destination().nid(),
            hello.source().pid(),
            hello.destination().pid(),
            hello.sourceIncarnation(),
            hello.destinationIncarnation(),
            hello.type());
  }

  private static String frame(MemorySegment bytes) {
    return "KSM %s csum=0x%x cookies=[%d,%d]"
        .formatted(
            FrameLayout.type(bytes, 0) == FrameLayout.NOOP ? "NOOP" : "LNET",
            FrameLayout.checksum(bytes, 0),
            FrameLayout.firstCookie(bytes, 0),
            FrameLayout.secondCookie(bytes, 0));
  }

  private static String line(LnetHeader header) {
    String ends =
        "LNet %s %s,%s -> %s,%s plen=%s wmd=%016x.%016x"
            .formatted(
                header.type,
                header.source,
                Integer.toUnsignedString(header.sourcePid),
                header.destination,
                Integer.toUnsignedString(header.destinationPid),
                Integer.toUnsignedString(header.payloadLength),
                Long.reverseBytes(header.wireInterfaceCookie),
                Long.reverseBytes(header.wireObjectCookie));
    return ends + body(header);
  }

  private static String body(LnetHeader header) {
    return switch (header.type) {
      case ACK -> " mb=0x%x mlen=%d".formatted(header.matchBits, header.length);
      case PUT ->
          " mb=0x%x hdata=0x%x ptl=%d off=%d"
              .formatted(header.matchBits, header.headerData, header.portal, header.offset);
      case GET ->
          " mb=0x%x ptl=%d off=%d sink=%d"
              .formatted(header.matchBits, header.portal, header.offset, header.length);
      case REPLY, HELLO -> "";
    };
  }

  private static void addPayload(byte[] payload, List<String> lines) {
    MemorySegment segment = MemorySegment.ofArray(payload);
    if (PingInfoLayout.inspect(segment, 0, payload.length) == Soundness.SOUND) {
      lines.add(line(PingInfoLayout.decode(segment, 0)));
    } else if (payload.length > 0) {
      lines.add("payload of " + payload.length);
    }
  }

  private static String line(PingInfo info) {
    StringBuilder entries = new StringBuilder();
    int shortEntries = 1;
    for (PingInfo.Interface one : info.interfaces()) {
      boolean large = one.nid().isLarge();
      shortEntries += large ? 0 : 1;
      entries.append(", ('%s', %d, %s)".formatted(one.nid(), one.status(), large ? "None" : "0"));
    }
    int bytes = info.has(PingInfo.LARGE_ADDRESSES) ? PingInfoLayout.bytes(info) : 0;
    return "ping_info magic=%x features=0x%x pid=%d nnis=%d [('0@lo', %d, %d)%s]"
        .formatted(
            PingInfoLayout.MAGIC,
            info.features(),
            info.pid(),
            shortEntries,
            info.sequence(),
            bytes,
            entries);
  }
}
