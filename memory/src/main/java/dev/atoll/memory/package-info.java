/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Memory that can be exported, registered and shared: regions with their control pages, slabs of
 * small objects, and rings.
 */
package dev.atoll.memory;
