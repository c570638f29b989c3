/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import dev.atoll.testkit.AllocatedBytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What is done for each message allocates nothing. */
final class WireAllocationTest {
  private static final int STEPS = 2_000;

  private final NidTable nids = new NidTable(64);
  private final LnetHeader header = new LnetHeader();
  private long sum;

  WireAllocationTest() {
    header.destination = Nid.parse("10.77.0.11@tcp");
    header.source = Nid.parse("10.77.0.12@tcp");
    header.type = MessageType.PUT;
    header.payloadLength = 1 << 20;
  }

  @Test
  void headersOfEitherLengthAreReadAndWrittenWithoutAllocation() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(HeaderLayout.BYTES_96);
      Runnable step =
          () -> {
            HeaderLayout.encode72(header, room, 0);
            sum += HeaderLayout.decode72(room, 0, header, nids);
            HeaderLayout.encode96(header, room, 0);
            sum += HeaderLayout.decode96(room, 0, header, nids);
          };
      assertThat(AllocatedBytes.leastOf(STEPS, step)).isZero();
    }
    assertThat(sum).isZero();
  }

  @Test
  void framesAreReadWrittenAndSummedWithoutAllocation() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(512);
      Runnable step =
          () -> {
            FrameLayout.encode(room, 0, FrameLayout.LNET, 2, 3);
            FrameLayout.reverse(room, 0);
            FrameLayout.reverse(room, 0);
            sum += FrameLayout.firstCookie(room, 0) + FrameLayout.secondCookie(room, 0);
            sum += Checksum.update(Checksum.ofFrame(room, 0), room, FrameLayout.BYTES, 480);
          };
      assertThat(AllocatedBytes.leastOf(STEPS, step)).isZero();
    }
    assertThat(sum).isNotZero();
  }
}
