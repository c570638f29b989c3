/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.Nid;
import dev.atoll.lnet.OutgoingMessage;

/**
 * What lies between two interfaces: no connection or one, with two lanes in each direction. Each
 * side learns of its end at a time of its own.
 */
final class SimulatedLink {
  private static final int REFUSED = -111;
  static final int TIMED_OUT = -110;
  static final int RESET = -104;

  private final SimulatedFabric fabric;
  private final LinkEnd lesser;
  private final LinkEnd greater;

  /** Counts connections; the ends that are up with this number talk to each other. */
  private long connection;

  private boolean isAlive;
  private boolean isHidden;
  private long hides;

  SimulatedLink(SimulatedFabric fabric, Nid lesser, Nid greater) {
    this.fabric = fabric;
    this.lesser = new LinkEnd(this, lesser, greater);
    this.greater = new LinkEnd(this, greater, lesser);
  }

  SimulatedFabric fabric() {
    return fabric;
  }

  boolean isHidden() {
    return isHidden;
  }

  boolean isCurrent(long number) {
    return isAlive && connection == number;
  }

  LinkEnd other(LinkEnd end) {
    return end == lesser ? greater : lesser;
  }

  void send(SimulatedLnd from, OutgoingMessage message) {
    end(from).send(from, message);
  }

  /** Ends one side at once, as its interface goes. */
  void close(SimulatedLnd gone, int status) {
    isAlive = false;
    end(gone).down(status);
    seeLater(other(end(gone)));
  }

  /** Breaks the connection; each side sees it some time later. */
  void reset() {
    if (isAlive) {
      isAlive = false;
      fabric.trace().step(fabric.clock().nanos(), 3, () -> "reset " + this);
      seeLater(lesser);
      seeLater(greater);
    }
  }

  void hide(boolean hidden) {
    isHidden = hidden;
    fabric.trace().step(fabric.clock().nanos(), 4, () -> (hidden ? "hide " : "show ") + this);
    if (!hidden) {
      lesser.resume();
      greater.resume();
      return;
    }
    long number = ++hides;
    fabric
        .events()
        .after(
            fabric.settings().giveUpNanos(),
            () -> {
              if (isHidden && hides == number) {
                reset();
              }
            });
  }

  /** Begins to connect; ends with {@link LinkEnd#up} of both or {@link LinkEnd#down} of one. */
  void connect(LinkEnd from) {
    fabric.events().after(fabric.connectNanos(), () -> attempt(from));
  }

  private void attempt(LinkEnd from) {
    if (isHidden) {
      fabric.events().after(fabric.settings().giveUpNanos(), () -> lastAttempt(from));
    } else {
      arriveAt(from);
    }
  }

  private void lastAttempt(LinkEnd from) {
    if (isHidden) {
      from.fail(TIMED_OUT);
    } else {
      arriveAt(from);
    }
  }

  private void arriveAt(LinkEnd from) {
    if (!from.isConnecting()) {
      return;
    }
    SimulatedLnd near = fabric.find(from.local());
    SimulatedLnd target = fabric.find(from.remote());
    if (near == null || target == null) {
      from.fail(REFUSED);
      return;
    }
    LinkEnd far = other(from);
    if (far.isUp()) {
      // It has not seen yet that the old connection is gone; the new one shows it.
      far.down(RESET);
    }
    isAlive = true;
    connection++;
    fabric.trace().step(fabric.clock().nanos(), 2, () -> "connect " + from);
    from.up(connection, near, target);
    far.up(connection, target, near);
  }

  private void seeLater(LinkEnd end) {
    long number = connection;
    fabric
        .events()
        .after(
            fabric.delayNanos(),
            () -> {
              if (end.isUpWith(number) && !isCurrent(number)) {
                end.down(RESET);
              }
            });
  }

  private LinkEnd end(SimulatedLnd lnd) {
    return lnd.nid().equals(lesser.local()) ? lesser : greater;
  }

  @Override
  public String toString() {
    return lesser.local() + " <-> " + greater.local();
  }
}
