/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;
import static dev.atoll.posix.Downcall.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** Calls about this process, made for real. */
interface LinuxProcess extends ProcessCalls {
  /** Room for 8192 processors, the most a kernel can be built for. */
  int AFFINITY_BYTES = 1024;

  int THIS_THREAD = 0;

  Downcall GETEUID = Downcall.libc("geteuid", INT);
  Downcall GETEGID = Downcall.libc("getegid", INT);
  Downcall UMASK = Downcall.libc("umask", INT, INT);
  Downcall SETSID = Downcall.libc("setsid", INT);
  Downcall SCHED_YIELD = Downcall.libc("sched_yield", INT);
  Downcall SETAFFINITY = Downcall.libc("sched_setaffinity", INT, INT, LONG, POINTER);
  Downcall GETAFFINITY = Downcall.libc("sched_getaffinity", INT, INT, LONG, POINTER);
  Downcall PIDFD_OPEN = Downcall.syscall("pidfd_open", Architecture.PIDFD_OPEN, INT, INT);

  // geteuid(2)
  @Override
  default int effectiveUid() {
    return (int) GETEUID.call();
  }

  // getegid(2)
  @Override
  default int effectiveGid() {
    return (int) GETEGID.call();
  }

  // proc_pid_status(5)
  @Override
  default int umask() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Umask:")) {
          return Integer.parseInt(line.substring("Umask:".length()).trim(), 8);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the umask can't be read from /proc; is /proc mounted?", e);
    }
    throw new UnsupportedOperationException("/proc/self/status has no Umask; Linux 4.7 has");
  }

  // umask(2)
  @Override
  default void setUmask(int mask) {
    UMASK.require("mask=0" + Integer.toOctalString(mask), UMASK.call(mask));
  }

  // setsid(2)
  @Override
  default void startSession() {
    SETSID.require("this process", SETSID.call());
  }

  // sched_setaffinity(2)
  @Override
  default void setAffinity(BitSet processors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(AFFINITY_BYTES, 8);
      byte[] bits = processors.toByteArray();
      if (bits.length > AFFINITY_BYTES) {
        throw new IllegalArgumentException("processors=" + processors + " name one above 8191");
      }
      MemorySegment.copy(bits, 0, mask, JAVA_BYTE, 0, bits.length);
      long result = SETAFFINITY.call(THIS_THREAD, AFFINITY_BYTES, mask.address());
      if (result < 0) {
        throw SETAFFINITY.failure(result, "processors=" + processors);
      }
    }
  }

  // sched_getaffinity(2)
  @Override
  default BitSet affinity() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(AFFINITY_BYTES, 8);
      long result = GETAFFINITY.call(THIS_THREAD, AFFINITY_BYTES, mask.address());
      GETAFFINITY.require("this thread", result);
      return BitSet.valueOf(mask.toArray(JAVA_BYTE));
    }
  }

  // sched_yield(2)
  @Override
  default void yieldProcessor() {
    SCHED_YIELD.require("", SCHED_YIELD.call());
  }

  // pidfd_open(2); the descriptor is close-on-exec without asking
  @Override
  default int processDescriptor(long pid) {
    return (int) PIDFD_OPEN.call(pid, 0);
  }
}
