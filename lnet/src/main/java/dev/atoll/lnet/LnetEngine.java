/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.loop.EventLoop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one LNet node on one loop: its interfaces, portals and memory descriptors, the
 * peers that it talks with, and the answers to their pings.
 *
 * <p>Belongs to the loop: it is made and used only by the thread that holds the loop, and calls
 * handlers and listeners only there. These must not block; they may call back. Time is the loop's.
 * Putting, getting and what they cause allocate nothing once pools have grown; everything else may.
 *
 * <p>Lifetime: {@link #close} ends every operation with an event, and gives memory back to its
 * owners.
 */
public final class LnetEngine implements AutoCloseable {
  private final EventLoop loop;
  private final long incarnation;
  private final LnetSettings settings;
  private final CurrentListener listener = new CurrentListener();
  private final LnetCounters counters = new LnetCounters();
  private final Interfaces interfaces = new Interfaces();
  private final Routes routes = new Routes();
  private final Peers peers;
  private final Outbound outbound;
  private final LnetCore core;
  private final Inbound inbound;
  private final Pings pings;
  private final Recovery recovery;
  private final Gateways gateways;
  private final PingTarget pingTarget;
  private final PushTarget pushTarget;
  private final Discovery discovery;
  private boolean isClosed;

  /**
   * Makes a node that has only its loopback interface.
   *
   * @param loop whose it is, held by the calling thread
   * @param random makes what others must not guess
   * @param epochNanos nanoseconds since 1970; larger each time a node with the same NIDs is made
   * @param settings its times and bounds
   */
  public LnetEngine(
      EventLoop loop, RandomGenerator random, long epochNanos, LnetSettings settings) {
    this.loop = loop;
    this.incarnation = epochNanos;
    this.settings = settings;
    peers = new Peers(loop, settings, listener);
    outbound = new Outbound(loop, settings, peers, interfaces, routes);
    core = new LnetCore(loop, cookie(random), outbound, peers, counters);
    core.transactionTimeoutNanos(settings.transactionTimeoutNanos());
    inbound = new Inbound(interfaces, routes, counters, settings, core);
    pings = new Pings(loop, core);
    recovery = new Recovery(loop, settings, pings);
    gateways = new Gateways(loop, settings, routes, pings);
    pingTarget = new PingTarget(core, interfaces, settings);
    discovery =
        new Discovery(
            settings,
            peers,
            interfaces,
            outbound,
            listener,
            new Discovery.Probes(pings, new Pushes(core), pingTarget));
    pushTarget = new PushTarget(core, discovery::pushed);
    outbound.wire(new Outbound.Parts(core, discovery, recovery));
    peers.watcher(new Watcher());
    begin(new LoopbackLnd());
    pushTarget.open();
  }

  /**
   * Gives the loop.
   *
   * @return whose this is
   */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Gives the times and bounds.
   *
   * @return as they were given
   */
  public LnetSettings settings() {
    return settings;
  }

  /**
   * Tells which start of the node this is; networks announce it.
   *
   * @return nanoseconds since 1970, as given
   */
  public long incarnation() {
    return incarnation;
  }

  /**
   * Says who is told what happens to peers.
   *
   * @param told instead of the one before
   */
  public void listener(LnetListener told) {
    listener.told = told;
  }

  // Interfaces.

  /**
   * Adds an interface and starts its network ({@code lnetctl net add}). Peers that take pushes are
   * told.
   *
   * @param lnd its network, the engine's from now on unless this throws
   * @throws LnetException if the network can not be had
   * @throws IllegalArgumentException if there is an interface of that NID
   * @throws IllegalStateException if the node is closed
   */
  public void add(Lnd lnd) {
    requireOpen();
    if (interfaces.isOwn(lnd.nid())) {
      throw new IllegalArgumentException("nid=" + lnd.nid() + " is an interface already");
    }
    begin(lnd);
    discovery.ownChanged();
    gateways.checkAll(lnd.nid().network());
  }

  /**
   * Removes an interface and closes its network ({@code lnetctl net del}). Messages that wait to
   * leave through it end with EHOSTUNREACH. Peers that take pushes are told.
   *
   * @param nid its name, not {@code 0@lo}
   * @return whether there was one
   */
  public boolean remove(Nid nid) {
    LocalInterface removed = interfaces.find(nid);
    if (removed == null || removed.isLoopback() || isClosed) {
      return false;
    }
    interfaces.remove(removed);
    removed.close();
    outbound.abandon(removed, LnetErrno.UNREACHABLE);
    pingTarget.refresh();
    discovery.ownChanged();
    return true;
  }

  /**
   * Lists the interfaces, loopback first.
   *
   * @return a snapshot
   */
  public List<InterfaceStatus> interfaces() {
    return interfaces.all().stream().map(each -> each.status(settings.peerCredits())).toList();
  }

  /**
   * Lists the node's own names, loopback first ({@code LNetGetId} for each index).
   *
   * @return a snapshot
   */
  public List<ProcessId> ids() {
    return interfaces.all().stream().map(each -> ProcessId.of(each.nid())).toList();
  }

  /**
   * Tells how far a node is ({@code LNetDist}).
   *
   * @param nid of whom
   * @return 0 for this node, 1 on a network that this node is on, 1 more for each gateway; or
   *     -EHOSTUNREACH
   */
  public int distance(Nid nid) {
    if (interfaces.isOwn(nid)) {
      return 0;
    }
    if (interfaces.on(nid.network()) != null) {
      return 1;
    }
    Routes.Route route = routes.bestTo(nid);
    return route == null ? LnetErrno.UNREACHABLE : 1 + route.effectiveHops();
  }

  /**
   * Names the interface that messages to a node leave through.
   *
   * @param nid of the other node
   * @return the source they will have; empty if there is no way now
   */
  public Optional<Nid> sourceFor(Nid nid) {
    if (interfaces.isOwn(nid)) {
      return Optional.of(nid);
    }
    LocalInterface direct = interfaces.on(nid.network());
    Nid gateway = routes.gatewayFor(nid);
    LocalInterface exit =
        direct == null && gateway != null ? interfaces.on(gateway.network()) : direct;
    return Optional.ofNullable(exit).map(LocalInterface::nid);
  }

  /**
   * Lists the connections of all interfaces ({@code lctl conn_list}).
   *
   * @return a snapshot
   */
  public List<ConnectionStatus> connections() {
    var list = new ArrayList<ConnectionStatus>();
    interfaces.all().forEach(each -> list.addAll(each.lnd().connections()));
    return List.copyOf(list);
  }

  /**
   * Closes all connections to a node ({@code lctl disconnect}).
   *
   * @param nid its name
   */
  public void disconnect(Nid nid) {
    LocalInterface exit = interfaces.on(nid.network());
    if (exit != null) {
      exit.lnd().disconnect(nid);
    }
  }

  // Peers.

  /**
   * Asks a node whether it is there ({@code lctl ping}).
   *
   * @param target whom
   * @param timeoutNanos how long to wait for the answer
   * @param told is called exactly once, perhaps before this returns
   */
  public void ping(ProcessId target, long timeoutNanos, PingListener told) {
    requireOpen();
    int refusal =
        pings.ping(
            target,
            Pings.USER_LENGTH,
            timeoutNanos,
            answer -> told.ended(Pings.result(target, answer)));
    if (refusal != 0) {
      told.ended(Pings.result(target, new PingAnswer(refusal, null, 0, 0)));
    }
  }

  /**
   * Asks a node for its NIDs, and tells it this node's if it wants to know ({@code lnetctl
   * discover}). One that is known already is asked again.
   *
   * @param nid whom; none of this node's
   * @param told is called exactly once, perhaps before this returns
   * @throws IllegalArgumentException if the NID is this node's own
   */
  public void discover(Nid nid, DiscoverListener told) {
    requireOpen();
    if (interfaces.isOwn(nid)) {
      throw new IllegalArgumentException("nid=" + nid + " is this node's own");
    }
    Peer peer = peers.wanted(nid, ProcessId.LUSTRE_PID);
    if (peer == null) {
      Peer none = new Peer(ProcessId.of(nid), settings.peerCredits());
      told.ended(LnetErrno.NO_BUFFERS, peers.status(none));
      return;
    }
    discovery.start(peer, told);
  }

  /**
   * Adds a peer by hand ({@code lnetctl peer add}). It is kept until it is removed.
   *
   * @param primaryNid the name that all of its NIDs count as
   * @param nids its NIDs, the primary one need not be among them
   * @throws IllegalArgumentException if one is this node's own
   * @throws IllegalStateException if there are too many peers
   */
  public void addPeer(Nid primaryNid, List<Nid> nids) {
    requireOpen();
    var all = new ArrayList<Nid>(nids);
    all.add(primaryNid);
    for (Nid each : all) {
      if (each.isAny() || interfaces.isOwn(each)) {
        throw new IllegalArgumentException("nid=" + each + " can not be a peer");
      }
    }
    for (Nid each : all) {
      Peer peer = peers.wanted(each, ProcessId.LUSTRE_PID);
      if (peer == null) {
        throw new IllegalStateException("peers=" + settings.peerLimit() + " are there already");
      }
      peer.isConfigured = true;
      discovery.configure(peer, primaryNid);
    }
  }

  /**
   * Forgets a peer ({@code lnetctl peer del}): its connections are closed, and what waits for it
   * ends with ECANCELED. A primary NID takes the other NIDs along. It comes back when something is
   * sent to it or heard of it.
   *
   * @param nid its name
   * @return whether there was one
   */
  public boolean removePeer(Nid nid) {
    var gone = new ArrayList<Peer>();
    peers
        .table()
        .forEach(each -> {
          if (each.id.nid().equals(nid) || each.findings.primaryNid.equals(nid)) {
            gone.add(each);
          }
        });
    for (Peer each : gone) {
      peers.forget(each);
      disconnect(each.id.nid());
      outbound.abandon(each, LnetErrno.CANCELED);
    }
    return !gone.isEmpty();
  }

  /**
   * Lists the peers ({@code lnetctl peer show -v}).
   *
   * @return a snapshot, by name
   */
  public List<PeerStatus> peers() {
    return peers.statuses();
  }

  /**
   * Shows one peer.
   *
   * @param nid its name
   * @return a snapshot; empty if it is not known
   */
  public Optional<PeerStatus> peer(Nid nid) {
    Peer known = peers.find(nid, ProcessId.LUSTRE_PID);
    return known == null ? Optional.empty() : Optional.of(peers.status(known));
  }

  /**
   * Names the NID under which a NID counts in events and matching.
   *
   * @param nid of a peer
   * @return its primary NID, or itself if no other is known
   */
  public Nid primaryNid(Nid nid) {
    return peers.primary(nid);
  }

  // Routes.

  /**
   * Adds a route ({@code lnetctl route add}). It is down until the gateway has answered a ping.
   *
   * @param network where it leads
   * @param gateway through whom: a NID on a network that this node is on
   * @param hop how many gateways are on the way, 1 to 255; -1 if it is not known
   * @param priority the lower, the sooner it is taken; not negative
   * @return whether it is new
   * @throws IllegalArgumentException if the network is one of this node's own, the gateway's is
   *     not, or a number is out of range
   */
  public boolean addRoute(Network network, Nid gateway, int hop, int priority) {
    requireOpen();
    if (interfaces.on(network) != null) {
      throw new IllegalArgumentException("network=" + network + " is this node's own");
    }
    if (interfaces.on(gateway.network()) == null || interfaces.isOwn(gateway)) {
      throw new IllegalArgumentException("gateway=" + gateway + " is no neighbour");
    }
    if (hop != -1 && (hop < 1 || hop > 255)) {
      throw new IllegalArgumentException("hop=" + hop + " is not from 1 to 255, nor -1");
    }
    if (priority < 0) {
      throw new IllegalArgumentException("priority=" + priority + " is negative");
    }
    boolean isNew = routes.add(network, gateway, hop, priority);
    gateways.watch(gateway);
    return isNew;
  }

  /**
   * Removes a route ({@code lnetctl route del}).
   *
   * @param network where it leads
   * @param gateway through whom
   * @return whether there was one
   */
  public boolean removeRoute(Network network, Nid gateway) {
    boolean isGone = routes.remove(network, gateway);
    gateways.forsake(gateway);
    return isGone;
  }

  /**
   * Lists the routes ({@code lnetctl route show -v}).
   *
   * @return a snapshot, by network and gateway
   */
  public List<RouteStatus> routes() {
    return routes.statuses();
  }

  // Portals, match entries and memory descriptors.

  /**
   * Says whether the search in a portal passes over a descriptor that has too little room, instead
   * of dropping the message.
   *
   * @param portal which
   * @param goesOn whether it does; LNet's does not
   */
  public void goesOnWhenTooLong(int portal, boolean goesOn) {
    core.goesOnWhenTooLong(portal, goesOn);
  }

  /**
   * Lets PUTs that nothing matches wait at a portal until something does ({@code
   * LNetSetLazyPortal}).
   *
   * @param portal which
   * @param messages how many may wait
   */
  public void setLazy(int portal, int messages) {
    core.setLazy(portal, messages);
  }

  /**
   * Drops what waits at a portal, and lets nothing wait any more ({@code LNetClearLazyPortal}).
   *
   * @param portal which
   */
  public void clearLazy(int portal) {
    core.clearLazy(portal);
  }

  /**
   * Adds an entry to a portal's list ({@code LNetMEAttach}).
   *
   * @param portal which, 0 to 63; 0 is the node's own
   * @param spec what it takes, and where in the list
   * @return the entry, which does nothing until it has memory
   */
  public MatchEntry attach(int portal, MatchSpec spec) {
    return core.attach(portal, spec);
  }

  /**
   * Adds an entry in front of another of the same portal.
   *
   * @param other that one
   * @param spec what it takes
   * @return the entry
   */
  public MatchEntry attachBefore(MatchEntry other, MatchSpec spec) {
    return core.attachBefore(other, spec);
  }

  /**
   * Adds an entry behind another of the same portal.
   *
   * @param other that one
   * @param spec what it takes
   * @return the entry
   */
  public MatchEntry attachAfter(MatchEntry other, MatchSpec spec) {
    return core.attachAfter(other, spec);
  }

  /**
   * Gives an entry its memory ({@code LNetMDAttach}).
   *
   * @param entry that has none
   * @param pieces the memory, the node's until the event that says unlinked
   * @param options with PUT, GET or both
   * @param handler is given the events
   * @param userPointer is found in the events
   * @return the descriptor
   */
  public MemoryDescriptor attach(
      MatchEntry entry,
      Pieces pieces,
      MemoryOptions options,
      EventHandler handler,
      @Nullable Object userPointer) {
    return core.attach(entry, pieces, options, handler, userPointer);
  }

  /**
   * Prepares memory for own puts and gets ({@code LNetMDBind}).
   *
   * @param pieces the memory, at most 1 MiB, the node's until the event that says unlinked
   * @param options without PUT and GET
   * @param handler is given the events
   * @param userPointer is found in the events
   * @return the descriptor
   */
  public MemoryDescriptor bind(
      Pieces pieces, MemoryOptions options, EventHandler handler, @Nullable Object userPointer) {
    return core.bind(pieces, options, handler, userPointer);
  }

  /**
   * Unlinks a descriptor ({@code LNetMDUnlink}). An idle one ends with an UNLINK event, a busy one
   * with the event of its last message. Answers are no longer waited for.
   *
   * @param descriptor which
   * @return zero, or -ENOENT if it was unlinked before
   */
  @CheckReturnValue
  public int unlink(MemoryDescriptor descriptor) {
    return core.unlink(descriptor);
  }

  /**
   * Unlinks a descriptor, and takes its memory out of messages that are coming in at once.
   *
   * @param descriptor which
   * @return zero, or -ENOENT if it is gone
   */
  @CheckReturnValue
  public int unlinkNow(MemoryDescriptor descriptor) {
    return core.unlinkNow(descriptor);
  }

  /**
   * Takes an entry out of its list, and unlinks its descriptor if it has one ({@code
   * LNetMEUnlink}).
   *
   * @param entry which
   * @return zero, or -ENOENT if it is gone
   */
  @CheckReturnValue
  public int unlink(MatchEntry entry) {
    return core.unlink(entry);
  }

  /**
   * Puts bytes to a portal of another process ({@code LNetPut}).
   *
   * @param descriptor where the bytes are
   * @param operation where to; may be used again at once
   * @return zero, or a negative errno if nothing was begun and no event will come
   */
  @CheckReturnValue
  public int put(MemoryDescriptor descriptor, LnetOperation operation) {
    return core.put(descriptor, operation);
  }

  /**
   * Gets bytes of a portal of another process ({@code LNetGet}).
   *
   * @param descriptor where the bytes go
   * @param operation where from; may be used again at once
   * @return zero, or a negative errno if nothing was begun and no event will come
   */
  @CheckReturnValue
  public int get(MemoryDescriptor descriptor, LnetOperation operation) {
    return core.get(descriptor, operation);
  }

  // Statistics.

  /**
   * Gives the counters by type and reason.
   *
   * @return the node's own, changed as it runs
   */
  public LnetCounters counters() {
    return counters;
  }

  /**
   * Tells what the node has done ({@code lnetctl stats show}).
   *
   * @return a snapshot
   */
  public LnetStatistics statistics() {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    for (DropReason each : DropReason.values()) {
      drops.put(each, counters.droppedMessages(each));
    }
    return Statistics.of(counters, outbound.counters(), core, Map.copyOf(drops));
  }

  /**
   * Tells whether the node takes operations.
   *
   * @return true after {@link #close}
   */
  public boolean isClosed() {
    return isClosed;
  }

  /**
   * Ends the node: each operation, ping and discovery ends with ECANCELED or an UNLINK event, each
   * descriptor with the event that says unlinked; then the networks are closed. A second call does
   * nothing.
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    outbound.close();
    discovery.close();
    gateways.close();
    pushTarget.stop();
    recovery.close(peers.table());
    core.close();
    interfaces.all().forEach(LocalInterface::close);
    outbound.abandonAll();
    peers.table().forEach(discovery::forgotten);
    pings.close();
  }

  /** Counts the descriptors that have not ended, the node's own included. */
  int descriptorCount() {
    return core.descriptorCount();
  }

  private void begin(Lnd lnd) {
    LocalInterface added =
        new LocalInterface(lnd, outbound, inbound, peers, settings.interfaceCredits());
    lnd.start(added);
    interfaces.add(added);
    pingTarget.refresh();
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException("the node is closed");
    }
  }

  /** A number that can not be guessed, and is not the mark of a PUT without ACK. */
  private static long cookie(RandomGenerator random) {
    long cookie = random.nextLong();
    while (cookie == LnetHeader.NO_COOKIE || cookie == 0) {
      cookie = random.nextLong();
    }
    return cookie;
  }

  /** Tells the parts what becomes of peers. */
  private final class Watcher implements PeerWatcher {
    @Override
    public void up(Peer peer) {
      outbound.up(peer);
    }

    @Override
    public void down(Peer peer, int status) {
      if (status != 0) {
        gateways.down(peer.id.nid());
      }
    }

    @Override
    public void restarted(Peer peer) {
      discovery.restarted(peer);
    }

    @Override
    public void forgotten(Peer peer) {
      recovery.stop(peer);
      discovery.forgotten(peer);
    }
  }
}
