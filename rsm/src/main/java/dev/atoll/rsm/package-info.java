/* SPDX-License-Identifier: Apache-2.0 */
/**
 * RSMAPI, the Remote Shared Memory API: segments that one process exports and others import.
 *
 * <p>Begin with {@link dev.atoll.rsm.Controller}, which a {@code Node} gives out. The page {@code
 * docs/mapping.md} has the C name of each member.
 */
package dev.atoll.rsm;
