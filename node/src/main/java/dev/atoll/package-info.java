/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The front door of Atoll: {@link dev.atoll.Node} is where a program begins, {@link
 * dev.atoll.NodeDaemon} is the device as a process of its own.
 */
package dev.atoll;
