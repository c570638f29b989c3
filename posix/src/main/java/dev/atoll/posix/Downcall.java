/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;

/**
 * A C function whose failure is the result -1 and an errno.
 *
 * <p>All of them are brought to one Java shape, six longs to a long, so that the errno, {@code
 * EINTR} and the checked {@code Throwable} of {@code invokeExact} are dealt with in one place. The
 * C types of the descriptor stay exact: longs are narrowed to them. Pointers are longs; whoever
 * passes one keeps the memory alive. Calls on memory of a user's go through {@link Transfer}, which
 * holds its arena.
 *
 * <p>It is a record because the JIT compiler trusts the fields of a record that is a constant.
 *
 * @param name as in its man page
 * @param handle (state, six longs) to long
 * @param isRepeated whether {@code EINTR} makes the call start again
 */
record Downcall(String name, MethodHandle handle, boolean isRepeated) {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** A pointer as a number. */
  static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

  private static final int ARITY = 6;
  private static final MethodType SHAPE =
      MethodType.methodType(long.class, MemorySegment.class)
          .appendParameterTypes(java.util.Collections.nCopies(ARITY, long.class));

  /** Links a function of the C library. */
  static Downcall libc(String name, MemoryLayout result, MemoryLayout... parameters) {
    return new Downcall(
        name, shape(Libc.link(name, FunctionDescriptor.of(result, parameters))), true);
  }

  /** Links a function of the C library whose parameters from the third on are variadic. */
  static Downcall variadic(String name, MemoryLayout result, MemoryLayout... parameters) {
    var descriptor = FunctionDescriptor.of(result, parameters);
    return new Downcall(
        name, shape(Libc.link(name, descriptor, Linker.Option.firstVariadicArg(2))), true);
  }

  /** Links a call by number, where the C library may have no function for it: syscall(2). */
  static Downcall syscall(String name, long number, MemoryLayout... parameters) {
    var descriptor = FunctionDescriptor.of(LONG, parameters).insertArgumentLayouts(0, LONG);
    MethodHandle handle = Libc.link("syscall", descriptor, Linker.Option.firstVariadicArg(1));
    return new Downcall(name, shape(MethodHandles.insertArguments(handle, 1, number)), true);
  }

  /** Gives the same call, but {@code EINTR} ends it. */
  Downcall once() {
    return new Downcall(name, handle, false);
  }

  long call() {
    return call(0, 0, 0, 0, 0, 0);
  }

  long call(long a) {
    return call(a, 0, 0, 0, 0, 0);
  }

  long call(long a, long b) {
    return call(a, b, 0, 0, 0, 0);
  }

  long call(long a, long b, long c) {
    return call(a, b, c, 0, 0, 0);
  }

  long call(long a, long b, long c, long d) {
    return call(a, b, c, d, 0, 0);
  }

  long call(long a, long b, long c, long d, long e) {
    return call(a, b, c, d, e, 0);
  }

  /** Calls; parameters the function lacks are dropped. Gives its result, or a negative errno. */
  long call(long a, long b, long c, long d, long e, long f) {
    Scratch scratch = Scratch.ofThread();
    while (true) {
      long result;
      try {
        result = (long) handle.invokeExact(scratch.state, a, b, c, d, e, f);
      } catch (Throwable t) {
        throw Libc.unexpected(name, t);
      }
      if (result != -1) {
        return result;
      }
      int errno = scratch.errno();
      if (!isRepeated || errno != Errno.EINTR.number()) {
        return -errno;
      }
    }
  }

  /**
   * Calls what may wait for a disk. A native call holds the carrier of a virtual thread (JEP 444),
   * so one of those parks while a platform thread makes the call. It parks until the end, even if
   * interrupted: the memory and the descriptor are in use so long.
   */
  long callOffCarrier(long a, long b, long c, long d) {
    return Thread.currentThread().isVirtual()
        ? PlatformWaiters.call(() -> call(a, b, c, d))
        : call(a, b, c, d);
  }

  /** Calls and refuses failure, where what it was about needs no words of its own. */
  long require(String subject, long result) {
    if (result < 0) {
      throw failure(result, subject);
    }
    return result;
  }

  /** Makes the exception for a negative errno. */
  ErrnoException failure(long result, String subject) {
    return new ErrnoException(name, (int) -result, subject);
  }

  private static MethodHandle shape(MethodHandle exact) {
    int given = exact.type().parameterCount() - 1;
    List<Class<?>> longs =
        List.copyOf(Arrays.asList(SHAPE.parameterArray()).subList(1 + given, 1 + ARITY));
    MethodHandle padded = MethodHandles.dropArguments(exact, 1 + given, longs);
    return MethodHandles.explicitCastArguments(padded, SHAPE);
  }
}
