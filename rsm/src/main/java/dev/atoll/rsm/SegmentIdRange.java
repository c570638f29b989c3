/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * Segment ids that the administrator has reserved for an application.
 *
 * @param baseId the first of them
 * @param length how many
 */
public record SegmentIdRange(int baseId, long length) {}
