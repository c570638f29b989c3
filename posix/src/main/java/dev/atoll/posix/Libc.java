/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** Links functions of the C library, with the errno captured. */
// Linking is restricted (JEP 454); a module has to ask for it, and this is the module that does.
@SuppressWarnings("restricted")
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

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

  /** Copies a path into native memory as a C string, byte for byte as java.nio.file holds it. */
  static MemorySegment path(Arena arena, Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IllegalArgumentException("path=" + path + " is not of the default file system");
    }
    byte[] bytes = bytes(path);
    MemorySegment name = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return name;
  }

  /**
   * Gives the bytes of a name. Its characters would not do: a name need not be valid in the
   * encoding of the locale, and what stands for the odd bytes does not lead back to them.
   */
  private static byte[] bytes(Path path) {
    String text = path.toString();
    // Encodings of locales hold ASCII (locale(7), charsets(7)). No need to ask for more, as the
    // URI of a path costs a stat(2).
    if (text.chars().allMatch(c -> c < 0x80)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    byte[] whole = absoluteBytes(path);
    if (path.isAbsolute()) {
      return whole;
    }
    // The URI is absolute; what libc gets stays relative to the working directory of the process.
    byte[] directory = absoluteBytes(Path.of(""));
    int start = directory.length == 1 ? 1 : directory.length + 1;
    return Arrays.copyOfRange(whole, start, whole.length);
  }

  /** The URI of a path escapes all that is not ASCII byte by byte, whatever the encoding. */
  private static byte[] absoluteBytes(Path path) {
    String escaped = path.toUri().getRawPath();
    byte[] bytes = new byte[escaped.length()];
    int length = 0;
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes[length++] = (byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3);
        i += 2;
      } else {
        bytes[length++] = (byte) escaped.charAt(i);
      }
    }
    // The URI of a directory ends in a slash; a path does not, unless it is the root.
    boolean isSlashAdded = length > 1 && bytes[length - 1] == '/';
    return Arrays.copyOf(bytes, isSlashAdded ? length - 1 : length);
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
