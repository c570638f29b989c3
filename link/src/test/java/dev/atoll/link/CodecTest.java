/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {
  private final MemorySegment buffer =
      Arena.ofAuto().allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES);

  static Stream<Request> requests() {
    return Stream.concat(plainRequests(), orders().map(Request.Network::new));
  }

  private static Stream<NetworkOrder> orders() {
    var most =
        IntStream.range(0, NetworkOrder.WORDS_MAX).mapToObj(i -> "10.77.0." + i + "@tcp").toList();
    var target = new NetworkOrder.Target("127.0.0.3@tcp", -1, -2, Long.MIN_VALUE, 1 << 20);
    return Stream.of(
        new NetworkOrder.Show(NetworkOrder.View.STATISTICS),
        new NetworkOrder.Ping("127.0.0.3@tcp", 5_000_000_000L),
        new NetworkOrder.Discover("fd77::11@tcp", 0),
        new NetworkOrder.NetAdd("tcp1", most),
        new NetworkOrder.NetDelete("tcp1", List.of()),
        new NetworkOrder.PeerAdd("10.77.0.1@tcp", most, true),
        new NetworkOrder.PeerDelete("10.77.0.1@tcp", List.of("10.77.0.1@tcp1")),
        new NetworkOrder.RouteAdd("tcp9", "10.77.0.13@tcp", -1, 7),
        new NetworkOrder.RouteDelete("tcp9", "10.77.0.13@tcp"),
        new NetworkOrder.Put(target, true, 0x8899aabbccddeeffL, 1),
        new NetworkOrder.Get(target, Long.MAX_VALUE),
        new NetworkOrder.Serve(
            34,
            new NetworkOrder.Match("*", 0x5931, -1),
            NetworkOrder.SERVED_BYTES_MAX,
            new NetworkOrder.Allows(true, false, true, false)),
        new NetworkOrder.Events(-3, 9),
        new NetworkOrder.Peek(4, 5, 6),
        new NetworkOrder.Withdraw(7));
  }

  private static Stream<Request> plainRequests() {
    List<AccessEntry> longest =
        IntStream.range(0, LinkLimits.ACCESS_ENTRIES_MAX)
            .mapToObj(node -> new AccessEntry(node, 0640))
            .toList();
    return Stream.of(
        new Request.Hello(LinkLimits.VERSION, 4096),
        new Request.Status(),
        new Request.ListSegments(),
        new Request.Stop(),
        new Request.MemoryCreate(1L << 40),
        new Request.ExportCreate(8192, 4096, true, 0644, 3),
        new Request.ExportPublish(0x1_0000_0001L, 0x600000, List.of()),
        new Request.ExportPublish(7, -1, longest),
        new Request.ExportResume(3, -1, new Request.ExportCreate(8192, 0, false, 0600, 1)),
        new Request.PublishResume(3, 0x8000_0001, longest),
        new Request.ExportUnpublish(-1),
        new Request.ExportDestroy(Long.MIN_VALUE),
        new Request.ImportConnect(1, 0x600000, 0600),
        new Request.ImportDisconnect(3),
        new Request.Revoked(4),
        new Request.SignalPost(5, 2),
        new Request.ExportRepublish(6, longest),
        new Request.ExportRebind(7, 8192, 4096, true),
        new Request.Rebound(8),
        new Request.RingsOpen(),
        new Request.RingsWake(),
        new Request.SignalWatch(-6));
  }

  static Stream<Reply> replies() {
    return Stream.of(
        new Reply.Done(),
        new Reply.Refused(27, 0, "wanted 0600"),
        new Reply.Refused(0, 22, ""),
        new Reply.Welcome(1, 4096, -5, 9, 64),
        new Reply.MemoryMade(),
        new Reply.ExportCreated(0x7_0000_0002L),
        new Reply.Published(0x8000_0001),
        new Reply.Listing(64),
        new Reply.NetworkAnswer(0),
        new Reply.Connected(1, 1L << 33, 4096, false, 0400, true),
        new Reply.DeviceStatus(1, 2, 3, 4, 5, 6, 7, 8),
        new Reply.RingsMade(1, RingsLayout.standard()));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void givesARequestBackAsItWas(Request request) {
    MemorySegment block = RequestCodec.encode(buffer, 77, request);

    Request.Envelope read = RequestCodec.decode(block, List.of());

    assertThat(read.request()).isEqualTo(request);
    assertThat(read.correlation()).isEqualTo(77);
  }

  @ParameterizedTest
  @MethodSource("replies")
  void givesAReplyBackAsItWas(Reply reply) {
    MemorySegment block = ReplyCodec.encode(buffer, 78, reply);
    var sink = new Recorder();

    ReplyCodec.decode(block, sink);

    assertThat(sink.heard).containsExactly("78 " + reply);
  }

  @Test
  void givesANotificationBackAsItWas() {
    var sink = new Recorder();

    ReplyCodec.decode(ReplyCodec.encode(buffer, new Notification.Revoke(9)), sink);

    assertThat(sink.heard).containsExactly(new Notification.Revoke(9).toString());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void refusesARequestCutAtAnyByte(Request request) {
    MemorySegment block = RequestCodec.encode(buffer, 1, request);
    for (long length = 0; length < block.byteSize(); length++) {
      MemorySegment cut = block.asSlice(0, length);
      assertThatThrownBy(() -> RequestCodec.decode(cut, List.of()))
          .as("cut to %d bytes", length)
          .isInstanceOf(MalformedBlockException.class);
      if (length >= BlockLayout.BODY) {
        // Also when the length field agrees with the cut.
        cut.set(BlockLayout.U32, BlockLayout.LENGTH, (int) length);
        assertThatThrownBy(() -> RequestCodec.decode(cut, List.of()))
            .as("cut to %d bytes that the head admits", length)
            .isInstanceOf(MalformedBlockException.class);
        cut.set(BlockLayout.U32, BlockLayout.LENGTH, (int) block.byteSize());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("requests")
  void refusesTrailingBytes(Request request) {
    MemorySegment block = RequestCodec.encode(buffer, 1, request);
    MemorySegment longer = Arena.ofAuto().allocate(block.byteSize() + 8, 8).copyFrom(block);
    longer.set(BlockLayout.U32, BlockLayout.LENGTH, (int) longer.byteSize());

    assertThatThrownBy(() -> RequestCodec.decode(longer, List.of()))
        .isInstanceOf(MalformedBlockException.class)
        .hasMessageContaining("left over");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 16", "0, 4294967296", "1, 6", "1, -1"})
  void refusesAnUnknownOrderOrView(int word, long value) {
    MemorySegment block =
        RequestCodec.encode(
            buffer, 1, new Request.Network(new NetworkOrder.Show(NetworkOrder.View.NETS)));
    block.set(BlockLayout.U64, BlockLayout.BODY + word * 8L, value);

    assertThatThrownBy(() -> RequestCodec.decode(block, List.of()))
        .isInstanceOf(MalformedBlockException.class);
  }

  @ParameterizedTest
  @CsvSource({"17", "-1", "4294967297"})
  void refusesListsLongerThanTheirBound(long count) {
    MemorySegment block =
        RequestCodec.encode(
            buffer, 1, new Request.Network(new NetworkOrder.NetDelete("tcp", List.of())));
    block.set(BlockLayout.U64, block.byteSize() - 8, count);

    assertThatThrownBy(() -> RequestCodec.decode(block, List.of()))
        .isInstanceOf(MalformedBlockException.class)
        .hasMessageContaining("at most 16");
  }

  @Test
  void refusesSizesAndTimesOutOfTheirBounds() {
    var target = new NetworkOrder.Target("127.0.0.3@tcp", 0, 0, 0, 1);
    for (NetworkOrder order :
        List.of(
            new NetworkOrder.Ping("127.0.0.3@tcp", -1),
            new NetworkOrder.Get(
                new NetworkOrder.Target("x", 0, 0, 0, NetworkOrder.PAYLOAD_BYTES_MAX + 1), 0),
            new NetworkOrder.Get(new NetworkOrder.Target("x", 0, 0, 0, -1), 0),
            new NetworkOrder.Put(target, true, 0, -1),
            new NetworkOrder.Peek(0, 0, -1),
            serve(-1),
            serve(NetworkOrder.SERVED_BYTES_MAX + 1))) {
      MemorySegment block = RequestCodec.encode(buffer, 1, new Request.Network(order));
      assertThatThrownBy(() -> RequestCodec.decode(block, List.of()))
          .as(order.toString())
          .isInstanceOf(MalformedBlockException.class);
    }
  }

  private static NetworkOrder serve(long bytes) {
    return new NetworkOrder.Serve(
        0,
        new NetworkOrder.Match("*", 0, 0),
        bytes,
        new NetworkOrder.Allows(true, true, true, true));
  }

  @Test
  void doesNotSendAWordThatItWouldHaveToCut() {
    String word = "x".repeat(NetworkOrder.WORD_BYTES_MAX + 1);
    var many = java.util.Collections.nCopies(NetworkOrder.WORDS_MAX, word.substring(1));

    for (NetworkOrder order :
        List.of(
            new NetworkOrder.Ping(word, 0),
            new NetworkOrder.NetDelete("tcp", List.of(word)),
            new NetworkOrder.NetDelete("tcp", many))) {
      assertThatThrownBy(() -> RequestCodec.encode(buffer, 1, new Request.Network(order)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesAnUnknownKindWithEnotty() {
    MemorySegment block = RequestCodec.encode(buffer, 5, new Request.Status());
    block.set(BlockLayout.U32, BlockLayout.KIND, 0x21);

    assertThatThrownBy(() -> RequestCodec.decode(block, List.of()))
        .isInstanceOfSatisfying(
            MalformedBlockException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.ENOTTY);
              assertThat(e.correlation()).isEqualTo(5);
            });
  }

  @Test
  void neverThrowsAnythingElseOnRandomBytes() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("CodecTest seed=" + seed);
    var random = new SplittableRandom(seed);
    int understood = 0;
    for (int i = 0; i < 200_000; i++) {
      MemorySegment block = randomBlock(random);
      try {
        RequestCodec.decode(block, List.of());
        understood++;
      } catch (MalformedBlockException e) {
        assertThat(e.errno()).isIn(Errno.EINVAL, Errno.ENOTTY);
      }
      try {
        ReplyCodec.decode(block, new Recorder());
      } catch (MalformedBlockException e) {
        assertThat(e.errno()).isIn(Errno.EINVAL, Errno.ENOTTY);
      }
    }
    // The generator is near enough to the format that some blocks are good.
    assertThat(understood).isPositive();
  }

  private MemorySegment randomBlock(SplittableRandom random) {
    int length = random.nextInt(12) * 8 + (random.nextInt(8) == 0 ? random.nextInt(8) : 0);
    MemorySegment block = buffer.asSlice(0, length);
    for (int i = 0; i < length; i++) {
      block.set(
          java.lang.foreign.ValueLayout.JAVA_BYTE,
          i,
          random.nextInt(3) == 0 ? (byte) random.nextInt(256) : 0);
    }
    if (length >= 16 && random.nextInt(4) != 0) {
      int kind = random.nextBoolean() ? 0x60 + random.nextInt(32) : 0x100 + random.nextInt(10);
      block.set(BlockLayout.U32, BlockLayout.KIND, kind);
      block.set(BlockLayout.U32, BlockLayout.LENGTH, length);
    }
    return block;
  }

  @Test
  void cutsALongDetailToItsBound() {
    String words = "x".repeat(LinkLimits.DETAIL_BYTES_MAX * 2);
    var sink = new Recorder();

    ReplyCodec.decode(ReplyCodec.encode(buffer, 1, new Reply.Refused(1, 0, words)), sink);

    assertThat(sink.heard.getFirst()).contains("x".repeat(LinkLimits.DETAIL_BYTES_MAX) + "]");
  }

  private static final class Recorder implements ReplyCodec.Sink {
    private final List<String> heard = new ArrayList<>();

    @Override
    public void replied(long correlation, Reply reply) {
      heard.add(correlation + " " + reply);
    }

    @Override
    public void notified(Notification notification) {
      heard.add(notification.toString());
    }
  }
}
