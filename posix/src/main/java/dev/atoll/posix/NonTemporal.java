/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies to persistent memory past the caches, which from some hundred bytes on is faster than a
 * copy and a write-back of its lines.
 *
 * <p>Source and target may have any alignment and must not overlap. If target and length are
 * multiples of eight, every store is of eight bytes or more: no aligned long is torn. Targets are
 * raw addresses and not checked, as in {@link WriteBack}. After {@link #copyNoDrain} other threads
 * may not see the bytes, and they are not durable, until this thread calls {@link WriteBack#fence}.
 *
 * <p>All methods may be called by any thread at any time.
 */
public final class NonTemporal {
  /** From this length on the caches are passed by, unless the environment says otherwise. */
  public static final long THRESHOLD_BYTES = 256;

  private static final String THRESHOLD_VARIABLE = "PMEM_MOVNT_THRESHOLD";

  private static final Stubs STUBS = WriteBack.stubs();
  private static final boolean IS_AVAILABLE = STUBS.copyCause().isEmpty();
  private static final long THRESHOLD = threshold(System.getenv(THRESHOLD_VARIABLE));
  private static final MethodHandle COPY = STUBS.copy();
  private static final MethodHandle COPY_AND_FENCE = STUBS.copyAndFence();
  private static final MethodHandle COPY_SEGMENT = STUBS.copySegment();
  private static final MethodHandle COPY_SEGMENT_AND_FENCE = STUBS.copySegmentAndFence();

  /** All memory, for ordinary copies between raw addresses. */
  private static final MemorySegment EVERYWHERE =
      IS_AVAILABLE ? NativeMemory.view(0, Long.MAX_VALUE) : MemorySegment.NULL;

  private NonTemporal() {}

  /**
   * Tells whether the copies work here.
   *
   * @return false if they throw {@link IllegalStateException}; then copy and {@link
   *     WriteBack#persist}
   */
  public static boolean isAvailable() {
    return IS_AVAILABLE;
  }

  /**
   * Tells why the copies do not work here; {@code PMEM_NO_MOVNT=1} in the environment rules them
   * out, as it does for libpmem.
   *
   * @return the reason in words, empty if they work
   */
  public static Optional<String> unavailabilityCause() {
    return isAvailable() ? Optional.empty() : Optional.of(STUBS.copyCause());
  }

  /**
   * Tells from which length on the caches are passed by; {@code PMEM_MOVNT_THRESHOLD} in the
   * environment sets it, as it does for libpmem.
   *
   * @return bytes
   */
  public static long thresholdBytes() {
    return THRESHOLD;
  }

  /**
   * Copies and waits until the bytes are in memory.
   *
   * @param source address of the first byte to read
   * @param target address of the first byte to write
   * @param length bytes; zero does nothing
   * @throws IllegalStateException if not available
   */
  public static void copy(long source, long target, long length) {
    if (length < THRESHOLD && IS_AVAILABLE) {
      MemorySegment.copy(EVERYWHERE, source, EVERYWHERE, target, length);
      WriteBack.persist(target, length);
      return;
    }
    long done = length <= WriteBack.PIECE_BYTES ? 0 : pieces(source, target, length);
    raw(COPY_AND_FENCE, target + done, source + done, length - done);
  }

  /**
   * Copies without waiting; {@link WriteBack#fence} waits.
   *
   * @param source address of the first byte to read
   * @param target address of the first byte to write
   * @param length bytes; zero does nothing
   * @throws IllegalStateException if not available
   */
  public static void copyNoDrain(long source, long target, long length) {
    if (length < THRESHOLD && IS_AVAILABLE) {
      MemorySegment.copy(EVERYWHERE, source, EVERYWHERE, target, length);
      WriteBack.flush(target, length);
      return;
    }
    long done = length <= WriteBack.PIECE_BYTES ? 0 : pieces(source, target, length);
    raw(COPY, target + done, source + done, length - done);
  }

  /**
   * Copies from a segment, native or of an array, and waits until the bytes are in memory.
   *
   * @param source what to copy, whole
   * @param target address of the first byte to write
   * @throws IllegalStateException if not available, or the source's arena is closed
   */
  public static void copy(MemorySegment source, long target) {
    long length = source.byteSize();
    if (length < THRESHOLD && IS_AVAILABLE) {
      MemorySegment.copy(source, 0, EVERYWHERE, target, length);
      WriteBack.persist(target, length);
      return;
    }
    MemorySegment rest = length <= WriteBack.PIECE_BYTES ? source : pieces(source, target);
    long done = length - rest.byteSize();
    segment(COPY_SEGMENT_AND_FENCE, target + done, rest, length - done);
  }

  /**
   * Copies from a segment, native or of an array, without waiting; {@link WriteBack#fence} waits.
   *
   * @param source what to copy, whole
   * @param target address of the first byte to write
   * @throws IllegalStateException if not available, or the source's arena is closed
   */
  public static void copyNoDrain(MemorySegment source, long target) {
    long length = source.byteSize();
    if (length < THRESHOLD && IS_AVAILABLE) {
      MemorySegment.copy(source, 0, EVERYWHERE, target, length);
      WriteBack.flush(target, length);
      return;
    }
    MemorySegment rest = length <= WriteBack.PIECE_BYTES ? source : pieces(source, target);
    long done = length - rest.byteSize();
    segment(COPY_SEGMENT, target + done, rest, length - done);
  }

  /** Reads the threshold; what is no number counts as the default, as in libpmem. */
  static long threshold(@Nullable String text) {
    if (text == null || !text.matches("[0-9]{1,18}")) {
      return THRESHOLD_BYTES;
    }
    return Long.parseLong(text);
  }

  /** Copies all but a last piece and tells how many bytes that were. */
  private static long pieces(long source, long target, long length) {
    long done = 0;
    while (length - done > WriteBack.PIECE_BYTES) {
      long piece = WriteBack.piece(target + done);
      raw(COPY, target + done, source + done, piece);
      done += piece;
    }
    return done;
  }

  /** Copies all but a last piece and gives that. */
  private static MemorySegment pieces(MemorySegment source, long target) {
    long length = source.byteSize();
    long done = 0;
    while (length - done > WriteBack.PIECE_BYTES) {
      long piece = WriteBack.piece(target + done);
      segment(COPY_SEGMENT, target + done, source.asSlice(done, piece), piece);
      done += piece;
    }
    return source.asSlice(done);
  }

  private static void raw(MethodHandle handle, long target, long source, long length) {
    try {
      handle.invokeExact(target, source, length);
    } catch (Throwable t) {
      throw Libc.unexpected("copy", t);
    }
  }

  private static void segment(MethodHandle handle, long target, MemorySegment source, long length) {
    try {
      handle.invokeExact(target, source, length);
    } catch (Throwable t) {
      throw Libc.unexpected("copy", t);
    }
  }
}
