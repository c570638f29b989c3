/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** Memory that messages come from or go to ({@code struct lnet_libmd}). Belongs to the loop. */
public final class MemoryDescriptor {
  MemoryDescriptor() {}
}
