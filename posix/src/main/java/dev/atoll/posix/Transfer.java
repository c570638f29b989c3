/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A C function that moves bytes between a descriptor and memory of a user's: (fd, buffer, length,
 * one more) to a count. The buffer's arena can't be closed while it runs. Repeated on {@code
 * EINTR}.
 *
 * @param name as in its man page
 * @param handle (state, fd, buffer, length, one more) to long
 */
record Transfer(String name, MethodHandle handle) {
  private static final MethodType SHAPE =
      MethodType.methodType(
          long.class, MemorySegment.class, int.class, MemorySegment.class, long.class, long.class);

  /** Links a function of the C library. */
  static Transfer libc(String name, MemoryLayout last) {
    var descriptor = FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, last);
    MethodHandle exact = Libc.link(name, descriptor);
    return new Transfer(name, MethodHandles.explicitCastArguments(exact, SHAPE));
  }

  /**
   * Links a call on a {@code msghdr} that names the buffer. The buffer goes along as a surplus
   * argument, which syscall(2) hands to the kernel and the kernel ignores: so the linker holds its
   * arena.
   */
  static Transfer message(String name, long number) {
    var descriptor = FunctionDescriptor.of(LONG, LONG, INT, LONG, INT, ValueLayout.ADDRESS);
    MethodHandle exact = Libc.link("syscall", descriptor, Linker.Option.firstVariadicArg(1));
    MethodHandle numbered =
        MethodHandles.explicitCastArguments(
            MethodHandles.insertArguments(exact, 1, number),
            MethodType.methodType(
                long.class,
                MemorySegment.class,
                int.class,
                long.class,
                long.class,
                MemorySegment.class));
    return new Transfer(name, MethodHandles.permuteArguments(numbered, SHAPE, 0, 1, 3, 4, 2));
  }

  /** Calls with the buffer's size as the third argument. */
  long call(int descriptor, MemorySegment buffer, long last) {
    return call(descriptor, buffer, buffer.byteSize(), last);
  }

  /**
   * Calls.
   *
   * @return bytes moved, or a negative errno
   * @throws IllegalArgumentException if the buffer is on the heap
   * @throws IllegalStateException if its arena is closed
   */
  long call(int descriptor, MemorySegment buffer, long third, long last) {
    Scratch scratch = Scratch.ofThread();
    while (true) {
      long result;
      try {
        result = (long) handle.invokeExact(scratch.state, descriptor, buffer, third, last);
      } catch (Throwable t) {
        throw Libc.unexpected(name, t);
      }
      if (result != -1) {
        return result;
      }
      int errno = scratch.errno();
      if (errno != Errno.EINTR.number()) {
        return -errno;
      }
    }
  }
}
