/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.link.Answer;
import dev.atoll.link.DeviceListing;
import dev.atoll.link.LinkException;
import dev.atoll.link.MalformedBlockException;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.Session;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What the owner of a device and root may ask of it.
 *
 * <p>Thread safety: all methods may be called by any thread. Everybody else is refused with EPERM.
 */
public final class Administration {
  private final Posix posix;
  private final Session session;

  Administration(Posix posix, Session session) {
    this.posix = posix;
    this.session = session;
  }

  /**
   * Asks how much the device holds.
   *
   * @return counters
   * @throws ErrnoException EPERM for other users
   * @throws LinkException if the session is lost
   */
  public Reply.DeviceStatus status() {
    Answer answer = call("status", new Request.Status());
    answer.closeDescriptors();
    if (answer.reply() instanceof Reply.DeviceStatus status) {
      return status;
    }
    throw unexpected("status", answer);
  }

  /**
   * Asks for every session, export and import, one by one.
   *
   * @return what the device held at one moment
   * @throws ErrnoException EPERM for other users, EAGAIN while the device is too busy, EPROTO if
   *     what it gives is no listing
   * @throws LinkException if the session is lost
   */
  public DeviceListing segments() {
    Answer answer = call("list", new Request.ListSegments());
    try {
      if (answer.reply() instanceof Reply.Listing listing
          && answer.descriptors().size() == 1
          && listing.bytes() > 0
          && listing.bytes() <= DeviceListing.BYTES_MAX) {
        return DeviceListing.read(
            copy(answer.descriptors().getFirst(), listing.bytes(), Arena.ofAuto()));
      }
      throw unexpected("list", answer);
    } catch (MalformedBlockException e) {
      throw new ErrnoException(
          "list", Errno.EPROTO.number(), "device", "It gives no listing: " + e.getMessage());
    } finally {
      answer.closeDescriptors();
    }
  }

  /** Reads instead of mapping: what is copied can not change or vanish any more. */
  private MemorySegment copy(Descriptor file, long bytes, Arena arena) {
    MemorySegment target = arena.allocate(bytes, Long.BYTES);
    long done = 0;
    while (done < bytes) {
      long count = posix.pread(file, target.asSlice(done), done);
      if (count <= 0) {
        throw new ErrnoException(
            "list",
            Errno.EPROTO.number(),
            "device",
            "The listing ends after " + done + " of " + bytes + " bytes");
      }
      done += count;
    }
    return target;
  }

  /**
   * Asks the device to end; it answers first. Its sessions, this one too, are lost then.
   *
   * @throws ErrnoException EPERM for other users, EOPNOTSUPP if the device is part of a program
   * @throws LinkException if the session is lost
   */
  public void stop() {
    Answer answer = call("stop", new Request.Stop());
    answer.closeDescriptors();
    if (!(answer.reply() instanceof Reply.Done)) {
      throw unexpected("stop", answer);
    }
  }

  private Answer call(String operation, Request request) {
    Answer answer;
    try {
      answer = session.call(request, List.of());
    } catch (InterruptedException e) {
      throw Node.interrupted(e);
    }
    if (answer.reply() instanceof Reply.Refused refused) {
      answer.closeDescriptors();
      throw new ErrnoException(operation, refused.errno(), "device", refused.detail());
    }
    return answer;
  }

  private static ErrnoException unexpected(String operation, Answer answer) {
    return new ErrnoException(
        operation, Errno.EPROTO.number(), "device", "It answers " + answer.reply());
  }
}
