/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.PeerCredentials;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One session as the device knows it. Owned by the loop. */
final class ClientSession {
  /** A session's socket, the files of its signal pages, and of its rings where it has some. */
  static final int DESCRIPTORS_MAX = 5;

  private static final int DESCRIPTORS_OF_RINGS = 2;

  private final long number;
  private final PeerCredentials credentials;
  private final Outbound outbound;
  private final HandleTable<SegmentState> handles = new HandleTable<>(LinkLimits.HANDLES_MAX);
  private @Nullable SignalPages signals;
  private @Nullable ClientRings rings;
  private int outstanding;
  private boolean isEnded;

  ClientSession(long number, PeerCredentials credentials, Outbound outbound) {
    this.number = number;
    this.credentials = credentials;
    this.outbound = outbound;
  }

  long number() {
    return number;
  }

  /** Who the program is, by the kernel's word. */
  PeerCredentials credentials() {
    return credentials;
  }

  HandleTable<SegmentState> handles() {
    return handles;
  }

  boolean isGreeted() {
    return signals != null;
  }

  boolean isEnded() {
    return isEnded;
  }

  SignalPages signals() {
    SignalPages pages = signals;
    if (pages == null) {
      throw new IllegalStateException("session " + number + " has not greeted");
    }
    return pages;
  }

  void greeted(SignalPages pages) {
    signals = pages;
  }

  @Nullable ClientRings rings() {
    return rings;
  }

  void setRings(ClientRings made) {
    rings = made;
  }

  /** How many descriptors of the device it costs, its segments aside. */
  int descriptors() {
    return rings == null ? DESCRIPTORS_MAX - DESCRIPTORS_OF_RINGS : DESCRIPTORS_MAX;
  }

  /** Ends the connection, after the action under way. */
  void cut() {
    if (!isEnded) {
      outbound.cut();
    }
  }

  /** Counts a request that will be answered; false if the program has too many of them. */
  boolean beginRequest(long correlation) {
    if (correlation == LinkLimits.UNANSWERED) {
      return true;
    }
    if (outstanding == LinkLimits.OUTSTANDING_MAX) {
      return false;
    }
    outstanding++;
    return true;
  }

  void reply(long correlation, Reply reply) {
    reply(correlation, reply, List.of());
  }

  void reply(long correlation, Reply reply, List<Descriptor> borrowed) {
    if (correlation == LinkLimits.UNANSWERED) {
      return;
    }
    outstanding--;
    if (!isEnded) {
      outbound.reply(correlation, reply, borrowed);
    }
  }

  /** Refuses what was never counted as a request. */
  void refuse(long correlation, Reply.Refused refused) {
    if (!isEnded) {
      outbound.reply(correlation, refused, List.of());
    }
  }

  void notify(Notification notification) {
    var _ = notify(notification, List.of());
  }

  /** Tells something that goes with descriptors; false if there were none left to tell it with. */
  boolean notify(Notification notification, List<Descriptor> borrowed) {
    return isEnded || outbound.notify(notification, borrowed);
  }

  /** From now on nothing is sent. */
  void end() {
    isEnded = true;
  }

  void closeSignals() {
    SignalPages pages = signals;
    if (pages != null) {
      pages.close();
    }
  }
}
