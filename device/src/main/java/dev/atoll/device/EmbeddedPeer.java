/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.DevicePort;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A program in the device's own process: requests are posted to the loop as they are. */
final class EmbeddedPeer implements Outbound, DevicePort.Channel {
  private static final System.Logger LOG = System.getLogger(EmbeddedPeer.class.getName());

  private final Posix posix;
  private final EventLoop loop;
  private final SegmentAgent agent;
  private final DevicePort.Events events;
  private @Nullable ClientSession session;

  private EmbeddedPeer(Posix posix, EventLoop loop, SegmentAgent agent, DevicePort.Events events) {
    this.posix = posix;
    this.loop = loop;
    this.agent = agent;
    this.events = events;
  }

  /** Opens a session; called by the program's thread. */
  static DevicePort.Channel open(
      Posix posix, EventLoop loop, SegmentAgent agent, DevicePort.Events events) {
    var peer = new EmbeddedPeer(posix, loop, agent, events);
    var credentials =
        new PeerCredentials(
            (int) ProcessHandle.current().pid(),
            posix.effectiveUid(),
            posix.effectiveGid(),
            List.of());
    peer.post(() -> peer.session = agent.open(credentials, peer), () -> {});
    return peer;
  }

  @Override
  public void submit(Request.Envelope envelope) {
    post(
        () -> {
          ClientSession opened = session;
          if (opened == null || opened.isEnded()) {
            envelope.closeDescriptors();
            events.lost();
          } else {
            handle(opened, envelope);
          }
        },
        envelope::closeDescriptors);
  }

  /** What goes wrong with one program's request ends its session, so that nobody waits in vain. */
  private void handle(ClientSession opened, Request.Envelope envelope) {
    try {
      agent.handle(opened, envelope);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "event=session-cut session=" + opened.number(), e);
      agent.end(opened);
      events.lost();
    }
  }

  @Override
  public void close() {
    post(
        () -> {
          ClientSession opened = session;
          if (opened != null) {
            agent.end(opened);
          }
        },
        () -> {});
  }

  /** A loop that has ended has ended this session with it. */
  private void post(Runnable command, Runnable whenRefused) {
    try {
      loop.execute(command);
    } catch (RejectedExecutionException e) {
      whenRefused.run();
      events.lost();
    }
  }

  @Override
  public void reply(long correlation, Reply reply, List<Descriptor> borrowed) {
    List<Descriptor> copies;
    try {
      copies = copiesOf(borrowed);
    } catch (ErrnoException e) {
      events.replied(
          correlation, Reply.Refused.of(e.errno(), String.valueOf(e.getMessage())), List.of());
      return;
    }
    events.replied(correlation, reply, copies);
  }

  @Override
  public boolean notify(Notification notification, List<Descriptor> borrowed) {
    List<Descriptor> copies;
    try {
      copies = copiesOf(borrowed);
    } catch (ErrnoException e) {
      LOG.log(Level.WARNING, "event=notification-lost notification=" + notification, e);
      return false;
    }
    events.notified(notification, copies);
    return true;
  }

  private List<Descriptor> copiesOf(List<Descriptor> borrowed) {
    List<Descriptor> copies = new ArrayList<>(borrowed.size());
    try {
      borrowed.forEach(each -> copies.add(posix.duplicate(each)));
      return copies;
    } catch (ErrnoException e) {
      copies.forEach(Descriptor::close);
      throw e;
    }
  }

  @Override
  public void cut() {
    close();
    events.lost();
  }
}
