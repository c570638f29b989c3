/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The device: who holds which session, export and import, and who may connect to what.
 *
 * <p>{@link dev.atoll.device.Device} is the whole of it. It runs on one event loop, which owns all
 * of its state; a program reaches it through its port (same process) or its socket.
 */
package dev.atoll.device;
