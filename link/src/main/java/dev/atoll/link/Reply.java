/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Errno;

/** Everything a device answers. */
public sealed interface Reply {

  /** Done, with nothing to tell. */
  record Done() implements Reply {}

  /**
   * Not done.
   *
   * @param rsmCode number of an {@link RsmError}, or zero if the refusal has none
   * @param errno number of an {@link Errno}, or zero if the refusal has none
   * @param detail what is wrong and what to do, in words; may be empty
   */
  record Refused(int rsmCode, int errno, String detail) implements Reply {
    /**
     * Refuses with an RSMAPI error.
     *
     * @param error which
     * @param detail further words; may be empty
     * @return the refusal
     */
    public static Refused of(RsmError error, String detail) {
      return new Refused(error.number(), 0, detail);
    }

    /**
     * Refuses with an error number.
     *
     * @param errno which
     * @param detail further words; may be empty
     * @return the refusal
     */
    public static Refused of(Errno errno, String detail) {
      return new Refused(0, errno.number(), detail);
    }
  }

  /**
   * The session is open. Goes with two descriptors: the signal pages, for reading only, and the
   * taken pages, for reading and writing.
   *
   * @param version of the device's protocol
   * @param pageSize bytes of a page as the device sees it
   * @param incarnation random number of this life of the device
   * @param session number of the session
   * @param nodeId the node this device is
   */
  record Welcome(int version, long pageSize, long incarnation, long session, int nodeId)
      implements Reply {}

  /** A memfd was made; it goes with this reply as its only descriptor. */
  record MemoryMade() implements Reply {}

  /**
   * An export segment was created.
   *
   * @param handle names it in later requests; its low half is the number of its signal slot
   */
  record ExportCreated(long handle) implements Reply {}

  /**
   * A segment was published.
   *
   * @param segmentId the id it has
   */
  record Published(int segmentId) implements Reply {}

  /**
   * An import is connected. It goes with two descriptors, the file with just the granted rights and
   * the control page for reading only; but with none if it is mediated or only signals were asked
   * for.
   *
   * @param handle names it in later requests; its low half is the number of its signal slot
   * @param size bytes of the segment
   * @param fileOffset where in the file it begins
   * @param isPersistent whether the file keeps its content over restarts
   * @param permission the granted rights
   * @param isMediated whether the device moves the bytes, since no descriptor can say what was
   *     granted or the exporter gives none away
   */
  record Connected(
      long handle,
      long size,
      long fileOffset,
      boolean isPersistent,
      int permission,
      boolean isMediated)
      implements Reply {}

  /**
   * All that a device holds, one by one; goes with one descriptor: a sealed memfd, for reading
   * only, that holds a {@link DeviceListing}.
   *
   * @param bytes size of the memfd
   */
  record Listing(long bytes) implements Reply {}

  /**
   * What the network answers. Goes with one descriptor of a sealed memfd, for reading only, that
   * holds the bytes of {@link NetworkOrder.Get} or {@link NetworkOrder.Peek}, or a {@link Report};
   * but with none if there are no bytes.
   *
   * @param bytes size of the memfd
   */
  record NetworkAnswer(long bytes) implements Reply {}

  /**
   * The session has rings. Goes with two descriptors: the submission file for reading and writing,
   * the completion file for reading only.
   *
   * @param version {@link RingsLayout#VERSION}
   * @param layout of both files
   */
  record RingsMade(int version, RingsLayout layout) implements Reply {}

  /**
   * What a device holds.
   *
   * @param sessions open sessions
   * @param exports export segments
   * @param published of them published
   * @param imports connected imports
   * @param revoking imports that have been told to swap their mappings and have not answered yet
   * @param unanswered imports that did not answer in time and still live
   * @param descriptors descriptors the device's process has open
   * @param malformed blocks refused as malformed since the device started
   */
  record DeviceStatus(
      long sessions,
      long exports,
      long published,
      long imports,
      long revoking,
      long unanswered,
      long descriptors,
      long malformed)
      implements Reply {}
}
