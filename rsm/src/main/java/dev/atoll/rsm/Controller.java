/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import dev.atoll.memory.Region;

/**
 * A way into the interconnect: {@code rsmapi_controller_handle_t}.
 *
 * <p>Every node has {@value #LOOPBACK}, which reaches the programs of the same host through the
 * device. Thread safety: all methods may be called by any thread.
 */
public final class Controller {
  /** Name of the controller that every node has. */
  public static final String LOOPBACK = "loopback";

  private final RsmContext context;
  private final String name;

  Controller(RsmContext context, String name) {
    this.context = context;
    this.name = name;
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
    return ImportSegment.connect(context, nodeId, segmentId, permission);
  }

  @Override
  public String toString() {
    return "controller " + name;
  }
}
