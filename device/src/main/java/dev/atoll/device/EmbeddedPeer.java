package dev.atoll.device;

import dev.atoll.link.DevicePort;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;

/** A program in the device's own process. */
final class EmbeddedPeer implements Outbound {
  private final Posix posix;
  private final DevicePort.Events events;

  private EmbeddedPeer(Posix posix, DevicePort.Events events) {
    this.posix = posix;
    this.events = events;
  }

  /** Opens a session; called by the program's thread. */
  static DevicePort.Channel open(
      Posix posix, EventLoop loop, SegmentAgent agent, DevicePort.Events events) {
    var credentials =
        new PeerCredentials(
            (int) ProcessHandle.current().pid(),
            posix.effectiveUid(),
            posix.effectiveGid(),
            List.of());
    var channel = new Channel(loop, agent, events);
    loop.execute(
        () -> channel.session = agent.open(credentials, new EmbeddedPeer(posix, events)));
    return channel;
  }

  @Override
  public void reply(long correlation, Reply reply, List<Descriptor> borrowed) {
    List<Descriptor> copies = new ArrayList<>(borrowed.size());
    borrowed.forEach(each -> copies.add(posix.duplicate(each)));
    events.replied(correlation, reply, copies);
  }

  @Override
  public void notify(Notification notification) {
    events.notified(notification);
  }
}
