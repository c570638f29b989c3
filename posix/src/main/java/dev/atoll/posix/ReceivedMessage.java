/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.util.List;

/**
 * What recvmsg(2) brought.
 *
 * @param length bytes, {@link SocketCalls#END_OF_STREAM}, or a negative errno
 * @param descriptors those that came with it, owned by the receiver
 * @param isTruncated whether bytes or descriptors did not fit and were lost
 */
public record ReceivedMessage(long length, List<Descriptor> descriptors, boolean isTruncated) {
  /** Closes all descriptors that came with it. */
  public void closeDescriptors() {
    descriptors.forEach(Descriptor::close);
  }
}
