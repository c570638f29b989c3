/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import dev.atoll.lnet.ProcessId;

/**
 * What one end of a connection tells the other first. Immutable.
 *
 * @param version of the protocol on this connection, from 1 to 4
 * @param source who says it
 * @param destination who shall hear it; any in version 1, and nobody relies on it
 * @param sourceIncarnation when the source's interface was started, in nanoseconds since 1970
 * @param destinationIncarnation always zero today; nobody looks at it
 * @param type what the connection is to the source; {@link ConnectionType#NONE} refuses it
 */
public record Hello(
    int version,
    ProcessId source,
    ProcessId destination,
    long sourceIncarnation,
    long destinationIncarnation,
    ConnectionType type) {}
