/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * What a controller can do: {@code rsmapi_controller_attr_t}. Where a bound is zero there is none;
 * memory, descriptors and the device's quotas bound it then.
 *
 * @param directAccessSizes widths of access that reach the memory as they are: a sum of the {@code
 *     RSM_DAS} values 1, 2, 4 and 8 for 8, 16, 32 and 64 bits
 * @param atomicSizes widths whose aligned accesses are never torn, likewise
 * @param pageSize bytes; regions, windows and their offsets are whole multiples of it
 * @param maxExportSegmentBytes longest single export
 * @param totalExportSegmentBytes all exports together
 * @param maxExportSegments how many exports
 * @param maxImportMapBytes longest single mapping
 * @param totalImportMapBytes all mappings together
 * @param maxImportSegments how many imports
 */
public record ControllerAttributes(
    int directAccessSizes,
    int atomicSizes,
    long pageSize,
    long maxExportSegmentBytes,
    long totalExportSegmentBytes,
    long maxExportSegments,
    long maxImportMapBytes,
    long totalImportMapBytes,
    long maxImportSegments) {
  /** {@code RSM_DAS8} to {@code RSM_DAS64} together. */
  private static final int ALL_WIDTHS = 1 | 2 | 4 | 8;

  /** Shared pages are memory like any other: every width, none torn if aligned (JLS 17.7). */
  static ControllerAttributes ofLoopback(long pageSize, long handlesMax) {
    return new ControllerAttributes(
        ALL_WIDTHS, ALL_WIDTHS, pageSize, 0, 0, handlesMax, 0, 0, handlesMax);
  }
}
