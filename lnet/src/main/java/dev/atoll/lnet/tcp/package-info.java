/* SPDX-License-Identifier: Apache-2.0 */
/** LNet over TCP: socklnd in user space. */
@org.jspecify.annotations.NullMarked
package dev.atoll.lnet.tcp;
