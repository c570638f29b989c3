/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import java.util.List;

/**
 * A reply with the descriptors that came with it, which the caller of {@link Session#call} owns.
 *
 * @param reply what the device answered
 * @param descriptors what came with it
 */
public record Answer(Reply reply, List<Descriptor> descriptors) {
  /** Copies the list. */
  public Answer {
    descriptors = List.copyOf(descriptors);
  }

  /** Closes all descriptors that came with it. */
  public void closeDescriptors() {
    descriptors.forEach(Descriptor::close);
  }
}
