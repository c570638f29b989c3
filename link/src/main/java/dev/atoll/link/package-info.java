/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Requests, replies and notifications between a program and its device, the memory both see, and
 * the two carriers of a {@link dev.atoll.link.Session}: a Unix socket and a direct call.
 */
package dev.atoll.link;
