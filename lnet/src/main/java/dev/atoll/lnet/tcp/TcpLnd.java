/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.Lnd;
import dev.atoll.lnet.LndPort;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import dev.atoll.loop.BusyPoller;
import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Errno;
import dev.atoll.posix.IoVector;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LNet over TCP: socklnd in user space, for one interface.
 *
 * <p>It listens at the address of its NID, speaks version 3 of the protocol (4 to large addresses)
 * and takes 1 to 4, and keeps up to three connections with each neighbour. Belongs to the node's
 * loop, like everything behind it.
 */
public final class TcpLnd implements Lnd {
  private static final int NIDS = 1024;
  private static final int BATCHES_KEPT = 16;

  private final Posix posix;
  private final EventLoop loop;
  private final TcpSettings settings;
  private final Identity identity;
  private final Sockets sockets;
  private final TcpCounters counters = new TcpCounters();
  private final NidTable nids = new NidTable(NIDS);
  private final Map<ProcessId, Neighbour> neighbours = new HashMap<>();
  private final Listener listener = new Listener(this);
  private final MemorySegment receiveBuffer;
  private final MemorySegment headRoom;
  private final IoVector receiveVector = new IoVector(IoVector.CAPACITY_MAX);
  private final ArrayDeque<Batch> batches = new ArrayDeque<>();
  private final List<Connection> corked = new ArrayList<>();
  private final HotSockets hot;
  private final BusyPoller busyPoller;
  private int corks;
  private @Nullable LndPort port;
  private boolean isClosed;

  /**
   * Makes a network that does nothing yet.
   *
   * @param posix the operating system
   * @param loop the node's
   * @param settings what it is to be
   */
  public TcpLnd(Posix posix, EventLoop loop, TcpSettings settings) {
    this.posix = posix;
    this.loop = loop;
    this.settings = settings;
    this.identity = new Identity(settings);
    this.sockets = new Sockets(posix, settings);
    this.receiveBuffer = Arena.ofAuto().allocate(settings.bounds().receiveBytes(), 64);
    this.headRoom =
        receiveBuffer.asSlice(0, Receiver.DIRECT_BYTES_MIN + (long) Batch.HEAD_BYTES_MAX);
    this.hot = new HotSockets(settings.bounds());
    this.busyPoller = hot::look;
  }

  @Override
  public Nid nid() {
    return settings.self().nid();
  }

  @Override
  public void start(LndPort reportsTo) {
    if (port != null) {
      throw new IllegalStateException("nid=" + nid() + " was started before");
    }
    port = reportsTo;
    if (settings.accept() != AcceptPolicy.NONE) {
      listener.start();
    }
    loop.addBusyPoller(busyPoller);
  }

  @Override
  public void send(OutgoingMessage message) {
    Neighbour neighbour = isClosed ? null : neighbour(message.neighbour());
    if (neighbour == null) {
      int status = isClosed ? -Errno.ECANCELED.number() : -Errno.ENOBUFS.number();
      port().sent(message, status);
    } else if (neighbour.id().nid().isLarge() != nid().isLarge()) {
      // An address of one family can't connect to one of the other.
      port().sent(message, -Errno.EAFNOSUPPORT.number());
    } else {
      neighbour.send(message);
    }
  }

  @Override
  public void disconnect(Nid neighbour) {
    for (Neighbour each : List.copyOf(neighbours.values())) {
      if (each.id().nid().equals(neighbour)) {
        each.disconnect(-Errno.ECONNABORTED.number());
      }
    }
  }

  @Override
  public List<ConnectionStatus> connections() {
    var list = new ArrayList<ConnectionStatus>();
    for (Neighbour each : neighbours.values()) {
      each.addStatus(list);
    }
    return List.copyOf(list);
  }

  /**
   * Gives what was counted.
   *
   * @return the network's own, which go on counting
   */
  public TcpCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    if (port == null) {
      return;
    }
    loop.removeBusyPoller(busyPoller);
    listener.close();
    for (Neighbour each : List.copyOf(neighbours.values())) {
      each.disconnect(-Errno.ECANCELED.number());
    }
    neighbours.clear();
  }

  // For the parts of the network.

  Posix posix() {
    return posix;
  }

  EventLoop loop() {
    return loop;
  }

  TcpSettings settings() {
    return settings;
  }

  Identity identity() {
    return identity;
  }

  Sockets sockets() {
    return sockets;
  }

  NidTable nids() {
    return nids;
  }

  LndPort port() {
    LndPort current = port;
    if (current == null) {
      throw new IllegalStateException("nid=" + nid() + " was not started");
    }
    return current;
  }

  boolean isClosed() {
    return isClosed;
  }

  /** Finds a neighbour or makes it; null if there are too many. */
  @Nullable Neighbour neighbour(ProcessId id) {
    Neighbour known = neighbours.get(id);
    if (known != null) {
      return known;
    }
    if (neighbours.size() >= settings.bounds().neighbours()) {
      neighbours.values().removeIf(Neighbour::isIdle);
      if (neighbours.size() >= settings.bounds().neighbours()) {
        return null;
      }
    }
    Neighbour made = new Neighbour(this, id);
    neighbours.put(id, made);
    return made;
  }

  /** A node could not be reached: whatever stands with it under another pid is of no use. */
  void unreachable(ProcessId id, int status) {
    for (Neighbour each : List.copyOf(neighbours.values())) {
      if (each.id().nid().equals(id.nid()) && !each.id().equals(id)) {
        each.disconnect(status);
      }
    }
  }

  MemorySegment receiveBuffer() {
    return receiveBuffer;
  }

  /** The begin of the buffer: room for a header and a short payload. */
  MemorySegment headRoom() {
    return headRoom;
  }

  IoVector receiveVector() {
    return receiveVector;
  }

  Batch takeBatch() {
    Batch taken = batches.pollLast();
    return taken == null ? new Batch() : taken;
  }

  void give(Batch batch) {
    batch.clear();
    if (batches.size() < BATCHES_KEPT) {
      batches.addLast(batch);
    }
  }

  /** A socket has brought something: it is looked at in each turn for a while. */
  void warm(Connection connection) {
    hot.add(connection);
  }

  // What is sent while a socket is being read goes out together at the end of the read.

  void cork() {
    corks++;
  }

  boolean isCorked() {
    return corks > 0;
  }

  void flushLater(Connection connection) {
    if (!connection.isCorked) {
      connection.isCorked = true;
      corked.add(connection);
    }
  }

  void uncork() {
    corks--;
    if (corks > 0) {
      return;
    }
    for (int i = 0; i < corked.size(); i++) {
      Connection each = corked.get(i);
      each.isCorked = false;
      each.flush();
    }
    corked.clear();
  }
}
