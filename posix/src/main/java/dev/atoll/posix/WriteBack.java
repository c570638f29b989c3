/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes cache lines back to memory: what makes stores to persistent memory durable.
 *
 * <p>The methods are short machine-code functions in a page that is never writable and executable
 * at once, called without leaving Java's thread state (critical downcalls), in pieces of at most
 * {@link #PIECE_BYTES} so that the garbage collector never waits long. They take raw addresses and
 * check nothing: the caller owns the mapping and has checked the range. A range that is not mapped,
 * or lies beyond the end of its file, kills the process.
 *
 * <p>Earlier stores of the calling thread to the range are included: a downcall is a barrier to the
 * JIT compiler. All methods may be called by any thread at any time.
 */
public final class WriteBack {
  /** What writes a line back. */
  public enum Instruction {
    /** x86-64: writes back and may keep the line; ordered by a fence. */
    CLWB,
    /** x86-64: writes back and drops the line; ordered by a fence. */
    CLFLUSHOPT,
    /** x86-64: writes back and drops the line, one after another. */
    CLFLUSH,
    /** aarch64: cleans to the point of persistence. */
    DC_CVAP,
    /** aarch64: cleans to the point of coherency. */
    DC_CVAC,
    /** Not to be had. */
    NONE
  }

  /** The most bytes one critical call works on. */
  public static final long PIECE_BYTES = 256 * 1024;

  private static final Stubs STUBS = installed(Posix::system);
  private static final long LINE_BYTES = STUBS.lineBytes();
  private static final MethodHandle FLUSH = STUBS.flush();
  private static final MethodHandle PERSIST = STUBS.persist();
  private static final MethodHandle FENCE = STUBS.fence();
  private static final MethodHandle INVALIDATE = STUBS.invalidate();

  private WriteBack() {}

  /**
   * Tells whether the other methods work here.
   *
   * @return false if they throw {@link IllegalStateException}
   */
  public static boolean isAvailable() {
    return STUBS.cause().isEmpty();
  }

  /**
   * Tells why the methods do not work here.
   *
   * @return the reason in words, empty if they work
   */
  public static Optional<String> unavailabilityCause() {
    return isAvailable() ? Optional.empty() : Optional.of(STUBS.cause());
  }

  /**
   * Tells what writes lines back. The environment variables {@code PMEM_NO_CLWB=1} and {@code
   * PMEM_NO_CLFLUSHOPT=1} rule instructions out, as they do for libpmem.
   *
   * @return the instruction, {@link Instruction#NONE} if not available
   */
  public static Instruction instruction() {
    return STUBS.instruction();
  }

  /**
   * Tells the size of a cache line.
   *
   * @return bytes, a power of two
   */
  public static int lineBytes() {
    return STUBS.lineBytes();
  }

  /**
   * Starts to write back every line that a range touches; {@link #fence} waits.
   *
   * @param address first byte
   * @param length bytes; zero does nothing
   * @throws IllegalStateException if not available
   */
  public static void flush(long address, long length) {
    long done = length <= PIECE_BYTES ? 0 : pieces(FLUSH, address, length);
    range(FLUSH, address + done, length - done);
  }

  /**
   * Waits until what this thread has flushed is in memory, and orders it before later stores.
   *
   * @throws IllegalStateException if not available
   */
  public static void fence() {
    try {
      FENCE.invokeExact();
    } catch (Throwable t) {
      throw Libc.unexpected("fence", t);
    }
  }

  /**
   * Flushes a range and fences.
   *
   * @param address first byte
   * @param length bytes; zero does nothing, not even a fence
   * @throws IllegalStateException if not available
   */
  public static void persist(long address, long length) {
    long done = length <= PIECE_BYTES ? 0 : pieces(FLUSH, address, length);
    range(PERSIST, address + done, length - done);
  }

  /**
   * Starts to write back every line of a range and drops it from the caches, so that what another
   * host stored in shared memory without coherence can be seen; {@link #fence} waits.
   *
   * @param address first byte
   * @param length bytes; zero does nothing
   * @throws IllegalStateException if not available
   */
  public static void flushAndInvalidate(long address, long length) {
    long done = length <= PIECE_BYTES ? 0 : pieces(INVALIDATE, address, length);
    range(INVALIDATE, address + done, length - done);
  }

  static Stubs stubs() {
    return STUBS;
  }

  /** How much to do at once so that the next piece starts a line: no line is written twice. */
  static long piece(long address) {
    return PIECE_BYTES - (address & (LINE_BYTES - 1));
  }

  /** Works on all but a last piece and tells how many bytes that were. */
  private static long pieces(MethodHandle handle, long address, long length) {
    long done = 0;
    while (length - done > PIECE_BYTES) {
      long piece = piece(address + done);
      range(handle, address + done, piece);
      done += piece;
    }
    return done;
  }

  private static void range(MethodHandle handle, long address, long length) {
    try {
      handle.invokeExact(address, length);
    } catch (Throwable t) {
      throw Libc.unexpected("write-back", t);
    }
  }

  /**
   * Never throws for want of anything: this runs while the class is initialised, and who comes
   * second to a class that failed then learns no cause.
   */
  static Stubs installed(Supplier<? extends MemoryCalls> system) {
    try {
      return Stubs.install(system.get(), Architecture.current(), System.getenv());
    } catch (UnsupportedOperationException e) {
      return Stubs.refusing(String.valueOf(e.getMessage()));
    } catch (RuntimeException | LinkageError e) {
      // LinkageError: a class of the calls could not be initialised.
      return Stubs.refusing(causes(e));
    }
  }

  /** Names a failure and what it came from. */
  static String causes(Throwable failure) {
    var text = new StringBuilder(failure.toString());
    for (Throwable t = failure.getCause(); t != null; t = t.getCause()) {
      text.append(", caused by ").append(t);
    }
    return text.toString();
  }
}
