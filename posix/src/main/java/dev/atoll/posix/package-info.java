/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The Linux calls that Atoll needs, behind one interface.
 *
 * <p>{@link dev.atoll.posix.Posix} is the interface, {@link dev.atoll.posix.Posix#system()} the
 * real one. Nothing else in Atoll makes a native call or asks for native access.
 */
package dev.atoll.posix;
