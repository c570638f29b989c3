/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.posix.MemoryCalls.F_SEAL_FUTURE_WRITE;
import static dev.atoll.posix.MemoryCalls.F_SEAL_GROW;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SEAL;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SHRINK;
import static dev.atoll.posix.MemoryCalls.F_SEAL_WRITE;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.PROT_READ;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A volatile region: a memfd that can neither shrink nor grow, with all its pages reserved.
 *
 * <p>Nobody who shares it can make an access fail, since no page can go missing: not by truncating
 * (sealed), not for want of memory (reserved, after a look at {@link MemoryBudget}). What a sharer
 * with write access can still do is punch a hole, which reads as zeros.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class SharedMemory implements Region {
  private static final int OWNER_ONLY = 0600;

  /** memfd_create(2): the kernel allows 249 bytes for a name. */
  private static final int NAME_MOST_BYTES = 200;

  private final Descriptor descriptor;
  private final MappedRange range;
  private final ControlPage control;

  private SharedMemory(Descriptor descriptor, MappedRange range, ControlPage control) {
    this.descriptor = descriptor;
    this.range = range;
    this.control = control;
  }

  /**
   * Makes a region of fresh zero pages, readable and writable by this user only.
   *
   * @param posix the operating system
   * @param name shown in /proc; 1 to 200 bytes
   * @param size bytes, a positive multiple of the page size (see {@link #pagesFor})
   * @return the region, owned by the caller
   * @throws IllegalArgumentException if name or size are outside what is described above
   * @throws OutOfMemoryBudgetException if reserving it would make the kernel kill the process
   * @throws dev.atoll.posix.ErrnoException if a call fails; nothing is left behind
   */
  public static SharedMemory create(Posix posix, String name, long size) {
    checkName(name);
    checkSize(posix, size);
    MemoryBudget.read().require(size, "shared memory " + name);
    Descriptor descriptor = posix.memfd(name);
    try {
      posix.fchmod(descriptor, OWNER_ONLY);
      posix.ftruncate(descriptor, size);
      Site.hit("memory.created");
      posix.fallocate(descriptor, 0, 0, size);
      Site.hit("memory.reserved");
      posix.addSeals(descriptor, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
      Site.hit("memory.sealed");
      return map(posix, descriptor, size);
    } catch (Throwable failure) {
      descriptor.close();
      throw failure;
    }
  }

  /**
   * Makes a region of a memfd that the device made for this process, and reserves its pages, so
   * that they count as this process's memory.
   *
   * @param posix the operating system
   * @param descriptor the memfd, open for reading and writing; it belongs to the region from now
   *     on, and is closed if refused
   * @param size bytes that the memfd must have, a positive multiple of the page size
   * @return the region, owned by the caller
   * @throws IllegalArgumentException if the size is outside what is described above
   * @throws RefusedMemoryException if it is no memfd of this size, can shrink or grow, or can not
   *     be written
   * @throws OutOfMemoryBudgetException if reserving it would make the kernel kill the process
   * @throws dev.atoll.posix.ErrnoException if a call fails
   */
  public static SharedMemory adopt(Posix posix, Descriptor descriptor, long size) {
    try {
      checkSize(posix, size);
      String subject = "shared memory " + descriptor;
      SealedFiles.require(posix, descriptor, size, F_SEAL_SHRINK | F_SEAL_GROW, subject);
      SealedFiles.forbid(posix, descriptor, F_SEAL_WRITE | F_SEAL_FUTURE_WRITE, subject);
      MemoryBudget.read().require(size, subject);
      Site.hit("memory.adopted");
      posix.fallocate(descriptor, 0, 0, size);
      Site.hit("memory.backed");
      return map(posix, descriptor, size);
    } catch (Throwable failure) {
      descriptor.close();
      throw failure;
    }
  }

  /**
   * Rounds a size up to whole pages.
   *
   * @param posix the operating system
   * @param bytes what is needed, positive
   * @return the least size that {@link #create} takes and that is not below it
   * @throws IllegalArgumentException if the argument is not positive or too large to round
   */
  public static long pagesFor(Posix posix, long bytes) {
    if (bytes <= 0 || bytes > Long.MAX_VALUE - posix.pageSize()) {
      throw new IllegalArgumentException("bytes=" + bytes + " can not be rounded to whole pages");
    }
    return Ranges.alignUp(bytes, posix.pageSize());
  }

  @Override
  public MemorySegment segment() {
    return range.segment();
  }

  @Override
  public long address() {
    return range.address();
  }

  @Override
  public long size() {
    return range.length();
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return range.isOpen();
  }

  @Override
  public RegionKind kind() {
    return RegionKind.VOLATILE;
  }

  @Override
  public Descriptor descriptor() {
    return descriptor;
  }

  @Override
  public long fileOffset() {
    return 0;
  }

  @Override
  public ControlPage control() {
    return control;
  }

  /**
   * Checks the range and does nothing more: a volatile region has nothing to be durable on.
   *
   * @param offset first byte
   * @param length bytes; zero is legal
   * @throws IndexOutOfBoundsException if the range lies outside the region
   * @throws IllegalStateException if the region is closed
   */
  @Override
  public void persist(long offset, long length) {
    if (!range.isOpen()) {
      throw new IllegalStateException("region is closed: " + descriptor.subject());
    }
    Ranges.check(offset, length, range.length());
  }

  @Override
  public void close() {
    try {
      range.close();
    } finally {
      try {
        control.close();
      } finally {
        descriptor.close();
      }
    }
  }

  @Override
  public String toString() {
    return "shared memory " + range;
  }

  private static SharedMemory map(Posix posix, Descriptor descriptor, long size) {
    ControlPage control = ControlPage.create(posix);
    try {
      MapRequest request =
          new MapRequest(
              size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0, descriptor.subject());
      SharedMemory memory = new SharedMemory(descriptor, MappedRange.map(posix, request), control);
      Site.hit("memory.mapped");
      return memory;
    } catch (Throwable failure) {
      control.close();
      throw failure;
    }
  }

  private static void checkName(String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > NAME_MOST_BYTES || name.chars().anyMatch(c -> c < ' ' || c == 127)) {
      throw new IllegalArgumentException(
          "name="
              + bytes
              + " bytes must be 1 to "
              + NAME_MOST_BYTES
              + " without control characters");
    }
  }

  private static void checkSize(Posix posix, long size) {
    if (size <= 0 || !Ranges.isAligned(size, posix.pageSize())) {
      throw new IllegalArgumentException(
          "size=" + size + " must be a positive multiple of the page size " + posix.pageSize());
    }
  }
}
