/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.LinkLimits;
import dev.atoll.link.RsmError;
import dev.atoll.memory.Region;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way into the interconnect: {@code rsmapi_controller_handle_t}.
 *
 * <p>Every node has {@value #LOOPBACK}, which reaches the programs of the same host through the
 * device.
 *
 * <p>Every get of the same name gives the same controller and adds a reference; {@link #release}
 * takes one away. After the last one the controller can not be used, but segments made with it live
 * on. A node that is closed needs no release.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class Controller implements AutoCloseable {
  /** Name of the controller that every node has. */
  public static final String LOOPBACK = "loopback";

  private final RsmContext context;
  private final String name;
  private final AtomicInteger references = new AtomicInteger(1);

  Controller(RsmContext context, String name) {
    this.context = context;
    this.name = name;
  }

  /** Adds a reference; false if the last one was released. */
  boolean retain() {
    int seen = references.get();
    while (seen > 0) {
      if (references.compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = references.get();
    }
    return false;
  }

  /**
   * Takes one reference away: {@code rsm_release_controller}.
   *
   * @throws RsmException BAD_CTLR_HNDL if none is left
   */
  public void release() {
    if (!tryRelease()) {
      throw new RsmException(
          RsmError.BAD_CTLR_HNDL, "rsm_release_controller", "released already", null);
    }
  }

  /** Takes one reference away; does nothing if none is left. */
  @Override
  public void close() {
    var _ = tryRelease();
  }

  private boolean tryRelease() {
    int seen = references.get();
    while (seen > 0) {
      if (references.compareAndSet(seen, seen - 1)) {
        return true;
      }
      seen = references.get();
    }
    return false;
  }

  private void checkHeld(RsmError error, String operation) {
    if (references.get() == 0) {
      throw new RsmException(error, operation, "the controller was released", null);
    }
  }

  /**
   * Tells what the controller can do: {@code rsm_get_controller_attr}.
   *
   * @return its attributes, which do not change
   * @throws RsmException CTLR_NOT_PRESENT after the last release
   */
  public ControllerAttributes attributes() {
    checkHeld(RsmError.CTLR_NOT_PRESENT, "rsm_get_controller_attr");
    return ControllerAttributes.ofLoopback(context.posix().pageSize(), LinkLimits.HANDLES_MAX);
  }

  /**
   * Tells the name.
   *
   * @return type and number, or {@value #LOOPBACK}
   */
  public String name() {
    return name;
  }

  /**
   * Creates an export segment over a region: {@code rsm_memseg_export_create}. Nobody can see it
   * until it is published. The region must stay open until the segment is destroyed, and stays the
   * caller's.
   *
   * @param region readable and writable memory
   * @param options what the segment is told; none suits most
   * @return the segment, owned by the caller
   * @throws RsmException PERM_DENIED for a region that can not be written, BAD_ADDR or BAD_LENGTH
   *     for a file that can not be exported, INSUFFICIENT_RESOURCES when handles have run out
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public ExportSegment export(Region region, ExportOption... options) {
    return export(region, ExportOptions.of(options));
  }

  /**
   * Creates an export segment over a region as {@link #export(Region, ExportOption...)} does.
   *
   * @param region readable and writable memory
   * @param options how the segment is created
   * @return the segment, owned by the caller
   * @throws RsmException as {@link #export(Region, ExportOption...)}
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public ExportSegment export(Region region, ExportOptions options) {
    checkHeld(RsmError.BAD_CTLR_HNDL, ExportSegment.CREATE);
    if (!region.isWritable()) {
      throw new RsmException(
          RsmError.PERM_DENIED,
          ExportSegment.CREATE,
          "the region is mapped for reading only; exports need it writable",
          null);
    }
    return ExportSegment.create(context, region, options);
  }

  /**
   * Connects to a published segment: {@code rsm_memseg_import_connect}.
   *
   * @param nodeId the exporting node
   * @param segmentId the id it is published under
   * @param permission wanted rights; NONE allows signals only
   * @return the connected import, owned by the caller
   * @throws RsmException SEG_NOT_PUBLISHED, SEG_NOT_PUBLISHED_TO_NODE, PERM_DENIED,
   *     CTLR_NOT_PRESENT for a node this controller does not reach, INSUFFICIENT_RESOURCES
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public ImportSegment connect(int nodeId, int segmentId, Permission permission) {
    checkHeld(RsmError.BAD_CTLR_HNDL, ImportSegment.CONNECT);
    return ImportSegment.connect(context, nodeId, segmentId, permission);
  }

  /**
   * Prepares local memory for repeated scatter-gather transfers: {@code
   * rsm_create_localmemory_handle}.
   *
   * @param memory native memory that begins at a multiple of the page size; it stays the caller's
   * @return the handle, owned by the caller
   * @throws RsmException BAD_ADDR for misaligned or heap memory, BAD_LENGTH for none, BAD_CTLR_HNDL
   *     after the last release
   */
  public LocalMemory localMemory(MemorySegment memory) {
    checkHeld(RsmError.BAD_CTLR_HNDL, LocalMemory.CREATE);
    return LocalMemory.create(memory, context.posix().pageSize());
  }

  /**
   * Prepares a region for repeated scatter-gather transfers: {@code rsm_create_localmemory_handle}.
   *
   * @param region the memory; it stays the caller's
   * @return the handle, owned by the caller
   * @throws IllegalStateException if the region is closed
   */
  public LocalMemory localMemory(Region region) {
    return localMemory(region.segment());
  }

  /**
   * Makes a set for waiting on many signals and descriptors at once.
   *
   * @param capacity the most that it is to hold, 1 to {@link dev.atoll.posix.PollSet#CAPACITY_MAX}
   * @return the set, owned by the caller
   */
  public SignalSet signalSet(int capacity) {
    return new SignalSet(context, capacity);
  }

  @Override
  public String toString() {
    return "controller " + name;
  }
}
