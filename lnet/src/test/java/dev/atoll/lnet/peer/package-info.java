/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A second, deliberately simple LNet peer for tests: blocking sockets, byte arrays, and a codec of
 * its own that was written from the description of the protocol alone.
 *
 * <p>It depends on java.base and on nothing else, least of all on the code it is there to judge; a
 * test of the build holds that. So a field that both ends misread in the same way can not hide.
 */
package dev.atoll.lnet.peer;
