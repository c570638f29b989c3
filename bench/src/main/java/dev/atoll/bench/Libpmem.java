/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * The peer: the C library libpmem, where it is installed.
 *
 * <p>Its functions are called in this JVM through critical downcalls, the cheapest way there is;
 * {@code pmem_msync} and copies of more than 256 KiB go through ordinary ones, since a critical
 * call holds up the garbage collector.
 */
// A peer is native code by its nature; nothing that ships uses this class.
@SuppressWarnings("restricted")
final class Libpmem {
  /** Where it is missing. */
  static final String REMEDY = "libpmem.so.1 is not installed (Debian: apt-get install libpmem1)";

  private static final String FILE = "libpmem.so.1";
  private static final ValueLayout.OfLong POINTER = JAVA_LONG;
  private static final @Nullable SymbolLookup LIBRARY = open();

  /** (address, length) */
  static final MethodHandle PERSIST =
      link(
          "pmem_persist",
          FunctionDescriptor.ofVoid(POINTER, JAVA_LONG),
          Linker.Option.critical(false));

  /** (address, length) to int */
  static final MethodHandle MSYNC =
      link("pmem_msync", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_LONG));

  /** (target, source, length, flags) to target; critical */
  static final MethodHandle MEMCPY_SHORT =
      link(
          "pmem_memcpy",
          FunctionDescriptor.of(POINTER, POINTER, POINTER, JAVA_LONG, JAVA_INT),
          Linker.Option.critical(false));

  /** (target, source, length, flags) to target */
  static final MethodHandle MEMCPY_LONG =
      link("pmem_memcpy", FunctionDescriptor.of(POINTER, POINTER, POINTER, JAVA_LONG, JAVA_INT));

  private Libpmem() {}

  static boolean isInstalled() {
    return LIBRARY != null;
  }

  private static @Nullable SymbolLookup open() {
    try {
      return SymbolLookup.libraryLookup(FILE, Arena.global());
    } catch (IllegalArgumentException e) {
      // That is how a missing library shows; isInstalled() tells.
      return null;
    }
  }

  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    if (LIBRARY == null) {
      return MethodHandles.throwException(void.class, IllegalStateException.class)
          .bindTo(new IllegalStateException(REMEDY));
    }
    return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), descriptor, options);
  }

  /** Never null but where the library is missing; for messages. */
  static String describe() {
    return isInstalled() ? FILE + " present, " + ADDRESS.byteSize() * 8 + "-bit" : REMEDY;
  }

  static IllegalStateException unexpected(Throwable cause) {
    return new IllegalStateException("a call of libpmem failed", cause);
  }
}
