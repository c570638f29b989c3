/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** Links functions of the C library, with the errno captured. */
// Linking is restricted (JEP 454); a module has to ask for it, and this is the module that does.
@SuppressWarnings("restricted")
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** What java.nio.file encodes names with. */
  private static final Charset NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private Libc() {}

  /** Links a function; the handle takes the state that receives the errno first. */
  static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment symbol =
        LOOKUP
            .find(name)
            .orElseThrow(
                () -> new UnsupportedOperationException("the C library has no function " + name));
    var all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = ERRNO;
    return LINKER.downcallHandle(symbol, descriptor, all);
  }

  /**
   * Links a function to see whether this module may.
   *
   * @throws IllegalCallerException if native access is refused (JEP 454, JEP 472)
   */
  static void probe() {
    MethodHandle handle = link("getpid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    Objects.requireNonNull(handle);
  }

  /** Copies a path into native memory as a C string. */
  static MemorySegment path(Arena arena, Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IllegalArgumentException("path=" + path + " is not of the default file system");
    }
    return arena.allocateFrom(path.toString(), NAMES);
  }

  /**
   * Turns what {@code invokeExact} declares into what may be thrown. Unchecked exceptions (a closed
   * arena, a heap segment) pass.
   */
  static RuntimeException unexpected(String name, Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default ->
          throw new AssertionError("a native call throws no checked exception: " + name, thrown);
    };
  }
}
