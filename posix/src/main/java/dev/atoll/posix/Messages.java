/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out {@code struct msghdr} with one {@code iovec} and one control message of descriptors
 * (sendmsg(2), cmsg(3), unix(7)) in a thread's scratch memory.
 *
 * <pre>
 *    0  msghdr    name 8 | name length 4 +4 | iovec 8 | count 8 | control 8 | length 8 | flags 4 +4
 *   56  iovec     base 8 | length 8
 *   72  cmsghdr   length 8 | level 4 | type 4
 *   88  descriptors, 4 bytes each, padded to 8
 * </pre>
 */
final class Messages {
  private static final int IOVEC_POINTER = 16;
  private static final int IOVEC_COUNT = 24;
  private static final int CONTROL_POINTER = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int IOVEC = 56;
  private static final int CONTROL = 72;
  private static final int CONTROL_HEADER_BYTES = 16;
  private static final int DESCRIPTORS = CONTROL + CONTROL_HEADER_BYTES;
  private static final int CONTROL_BYTES_MAX =
      CONTROL_HEADER_BYTES + SocketCalls.DESCRIPTORS_MAX * Integer.BYTES;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_CTRUNC = 8;

  private Messages() {}

  /** Lays out a message to send. */
  static void layOut(Scratch scratch, MemorySegment message, List<Descriptor> passed) {
    MemorySegment memory = header(scratch, message);
    int count = passed.size();
    if (count == 0) {
      return;
    }
    memory.set(JAVA_LONG, CONTROL_POINTER, scratch.address + CONTROL);
    // CMSG_LEN in the header, CMSG_SPACE (rounded up to eight) in msghdr
    long length = CONTROL_HEADER_BYTES + (long) count * Integer.BYTES;
    memory.set(JAVA_LONG, CONTROL_LENGTH, (length + 7) & ~7L);
    memory.set(JAVA_LONG, CONTROL, length);
    memory.set(JAVA_INT, CONTROL + 8, SocketCalls.SOL_SOCKET);
    memory.set(JAVA_INT, CONTROL + 12, SCM_RIGHTS);
    for (int i = 0; i < count; i++) {
      memory.set(JAVA_INT, DESCRIPTORS + (long) i * Integer.BYTES, passed.get(i).number());
    }
  }

  /** Lays out room for a message. */
  static void layOut(Scratch scratch, MemorySegment buffer) {
    MemorySegment memory = header(scratch, buffer);
    memory.set(JAVA_LONG, CONTROL_POINTER, scratch.address + CONTROL);
    memory.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_BYTES_MAX);
  }

  /** Takes what recvmsg(2) left. */
  static ReceivedMessage take(Scratch scratch, FileCalls files, long result) {
    if (result < 0) {
      return new ReceivedMessage(result, List.of(), false);
    }
    MemorySegment memory = scratch.memory;
    boolean isTruncated = (memory.get(JAVA_INT, FLAGS) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    return new ReceivedMessage(result, descriptors(memory, files), isTruncated);
  }

  private static List<Descriptor> descriptors(MemorySegment memory, FileCalls files) {
    // Only descriptors can come: no other control message was asked for (SO_PASSCRED and such).
    if (memory.get(JAVA_LONG, CONTROL_LENGTH) < CONTROL_HEADER_BYTES
        || memory.get(JAVA_INT, CONTROL + 8) != SocketCalls.SOL_SOCKET
        || memory.get(JAVA_INT, CONTROL + 12) != SCM_RIGHTS) {
      return List.of();
    }
    long bytes = memory.get(JAVA_LONG, CONTROL) - CONTROL_HEADER_BYTES;
    var received = new ArrayList<Descriptor>();
    for (long at = 0; at + Integer.BYTES <= bytes; at += Integer.BYTES) {
      received.add(new Descriptor(files, memory.get(JAVA_INT, DESCRIPTORS + at), "received"));
    }
    return List.copyOf(received);
  }

  private static MemorySegment header(Scratch scratch, MemorySegment message) {
    MemorySegment memory = scratch.memory;
    memory.asSlice(0, CONTROL + CONTROL_BYTES_MAX).fill((byte) 0);
    memory.set(JAVA_LONG, IOVEC_POINTER, scratch.address + IOVEC);
    memory.set(JAVA_LONG, IOVEC_COUNT, 1);
    memory.set(JAVA_LONG, IOVEC, message.address());
    memory.set(JAVA_LONG, IOVEC + 8, message.byteSize());
    return memory;
  }
}
