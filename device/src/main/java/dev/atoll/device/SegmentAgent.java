/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The device's state machine: takes each request of each session and answers it.
 *
 * <p>All methods run on the loop. It makes no call that can wait; what could goes through {@link
 * AgentPorts}.
 */
final class SegmentAgent {
  private static final int OWNER_ONLY = 0600;
  private static final int RESIZE_SEALS =
      MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL;

  private final Posix posix;
  private final AgentPorts ports;
  private final DeviceConfig config;
  private final long incarnation;
  private final SegmentIds ids;
  private final Exports exports;
  private final Imports imports;
  private final Rebinding rebinding;
  private final RingService rings;
  private final Signalling signalling;
  private final Set<ClientSession> sessions = new LinkedHashSet<>();
  private final Administration administration;
  private final NetworkOrders network;
  private long nextSession = 1;
  private long malformed;

  SegmentAgent(Posix posix, AgentPorts ports, DeviceConfig config, RandomGenerator random) {
    this.posix = posix;
    this.ports = ports;
    this.config = config;
    this.incarnation = random.nextLong();
    this.signalling = new Signalling(ports);
    this.ids = new SegmentIds(new AssignedIds(ports));
    long timeoutNanos = config.revocationTimeout().toNanos();
    var revocation = new Revocation(ids, ports, signalling, timeoutNanos);
    var fileCheck = new ExportFileCheck(posix, config.fileSystems());
    this.administration = new Administration(posix, ports, sessions);
    this.network = new NetworkOrders(posix, ports);
    var accounts =
        new UserAccounts(config.quotas(), posix.effectiveUid(), UserAccounts.descriptorsMax());
    var offers = new Offers(ports, fileCheck, posix.pageSize());
    this.rebinding =
        new Rebinding(new Rebinding.Parts(ports, offers, accounts), revocation, timeoutNanos);
    this.exports =
        new Exports(
            new Exports.Parts(ports, offers, accounts, new LentMemory(posix.effectiveUid())),
            ids,
            revocation,
            config.nodeId());
    this.imports = new Imports(ids, revocation, rebinding, accounts, config.nodeId());
    var transfers = new Transfers(posix, ports, rebinding, revocation);
    this.rings = new RingService(posix, ports, transfers, signalling, this::countMalformed);
  }

  /** Whether one more session of this user fits the quotas. */
  boolean hasRoomFor(int uid) {
    long ofUser = sessions.stream().filter(each -> each.credentials().uid() == uid).count();
    return sessions.size() < config.quotas().sessionsMax()
        && ofUser < config.quotas().sessionsPerUserMax();
  }

  ClientSession open(PeerCredentials credentials, Outbound outbound) {
    var session = new ClientSession(nextSession++, credentials, outbound);
    sessions.add(session);
    Site.hit("session.accepted");
    return session;
  }

  /** The ids that the system assigns. */
  AssignedIds assignedIds() {
    return ids.assigned();
  }

  /** Orders for the network go there from now on. */
  void use(NetworkAdministration administration) {
    network.use(administration);
  }

  int sessionCount() {
    return sessions.size();
  }

  /** How many sessions were ever opened. */
  long sessionsOpened() {
    return nextSession - 1;
  }

  void countMalformed() {
    malformed++;
  }

  /** Takes a request; owns the envelope's descriptors. */
  void handle(ClientSession session, Request.Envelope envelope) {
    if (envelope.correlation() == LinkLimits.UNANSWERED && !mayComeUnanswered(envelope.request())) {
      closeAll(envelope);
      countMalformed();
      return;
    }
    rings.drain(session);
    if (!session.beginRequest(envelope.correlation())) {
      closeAll(envelope);
      session.refuse(
          envelope.correlation(),
          Reply.Refused.of(
              Errno.EAGAIN, LinkLimits.OUTSTANDING_MAX + " requests are unanswered, the most"));
      return;
    }
    if (envelope.request() instanceof Request.ExportCreate create && session.isGreeted()) {
      exports.create(session, envelope, create);
      return;
    }
    if (envelope.request() instanceof Request.ExportResume resume && session.isGreeted()) {
      exports.resume(session, envelope, resume);
      return;
    }
    if (envelope.request() instanceof Request.ExportRebind rebind && session.isGreeted()) {
      rebinding.request(session, envelope, rebind);
      return;
    }
    if (envelope.request() instanceof Request.Network order && session.isGreeted()) {
      order(session, envelope, order);
      return;
    }
    boolean isSurplus = !envelope.descriptors().isEmpty();
    closeAll(envelope);
    if (isSurplus) {
      refuse(session, envelope, Errno.EINVAL, "no descriptors go with this request");
    } else if (session.isGreeted() == envelope.request() instanceof Request.Hello) {
      refuse(session, envelope, Errno.EINVAL, "a session begins with one greeting");
    } else {
      dispatch(session, envelope);
    }
  }

  /**
   * Nobody counts what is not answered, so only what leaves nothing behind that waits may come so:
   * what a program tells, and what takes back an answer that came too late.
   */
  private static boolean mayComeUnanswered(Request request) {
    return switch (request) {
      case Request.SignalPost _,
          Request.SignalWatch _,
          Request.Revoked _,
          Request.Rebound _,
          Request.RingsWake _,
          Request.ImportDisconnect _,
          Request.ExportUnpublish _,
          Request.ExportDestroy _ ->
          true;
      case Request.Hello _,
          Request.Status _,
          Request.ListSegments _,
          Request.Stop _,
          Request.Network _,
          Request.MemoryCreate _,
          Request.ExportCreate _,
          Request.ExportResume _,
          Request.ExportRebind _,
          Request.ExportPublish _,
          Request.PublishResume _,
          Request.ExportRepublish _,
          Request.ImportConnect _,
          Request.RingsOpen _ ->
          false;
    };
  }

  private void closeAll(Request.Envelope envelope) {
    envelope.descriptors().forEach(ports::close);
  }

  private void dispatch(ClientSession session, Request.Envelope envelope) {
    long correlation = envelope.correlation();
    switch (envelope.request()) {
      case Request.Hello hello -> greet(session, envelope, hello);
      case Request.Status _ -> status(session, correlation);
      case Request.ListSegments _ -> administration.list(session, correlation);
      case Request.Stop _ -> administration.stop(session, correlation);
      case Request.MemoryCreate create -> createMemory(session, envelope, create);
      case Request.ExportCreate _, Request.ExportResume _, Request.ExportRebind _ ->
          throw new IllegalStateException("an export is made and changed with its descriptors");
      case Request.Network _ -> throw new IllegalStateException("orders go with their descriptors");
      case Request.ExportPublish publish -> exports.publish(session, correlation, publish);
      case Request.PublishResume resume -> exports.resume(session, correlation, resume);
      case Request.ExportRepublish republish -> exports.republish(session, correlation, republish);
      case Request.ExportUnpublish unpublish -> exports.unpublish(session, correlation, unpublish);
      case Request.ExportDestroy destroy -> exports.destroy(session, correlation, destroy);
      case Request.ImportConnect connect -> imports.connect(session, correlation, connect);
      case Request.ImportDisconnect disconnect ->
          imports.disconnect(session, correlation, disconnect);
      case Request.Revoked revoked -> imports.revoked(session, correlation, revoked);
      case Request.Rebound rebound -> imports.rebound(session, correlation, rebound);
      case Request.SignalPost post -> signalling.post(session, correlation, post);
      case Request.RingsOpen _ -> rings.open(session, correlation);
      case Request.RingsWake _ -> wakeRings(session, correlation);
      case Request.SignalWatch watch -> signalling.watch(session, correlation, watch);
    }
  }

  private void order(ClientSession session, Request.Envelope envelope, Request.Network network) {
    if (administration.admits(session, envelope.correlation())) {
      this.network.take(session, envelope, network.order());
    } else {
      closeAll(envelope);
    }
  }

  private void wakeRings(ClientSession session, long correlation) {
    rings.wake(session);
    session.reply(correlation, new Reply.Done());
  }

  private void greet(ClientSession session, Request.Envelope envelope, Request.Hello hello) {
    if (hello.version() != LinkLimits.VERSION) {
      refuse(
          session,
          envelope,
          Errno.EPROTO,
          "it speaks version " + LinkLimits.VERSION + ", you speak " + hello.version());
      return;
    }
    if (hello.pageSize() != posix.pageSize()) {
      refuse(
          session,
          envelope,
          Errno.EPROTO,
          "its pages have " + posix.pageSize() + " bytes, yours " + hello.pageSize());
      return;
    }
    try {
      session.greeted(SignalPages.create(posix));
    } catch (ErrnoException e) {
      refuse(session, envelope, e.errno(), String.valueOf(e.getMessage()));
      return;
    }
    Site.hit("session.welcomed");
    session.reply(
        envelope.correlation(),
        new Reply.Welcome(
            LinkLimits.VERSION, posix.pageSize(), incarnation, session.number(), config.nodeId()),
        session.signals().files());
  }

  private void createMemory(
      ClientSession session, Request.Envelope envelope, Request.MemoryCreate create) {
    if (create.size() <= 0 || !Ranges.isAligned(create.size(), posix.pageSize())) {
      refuse(session, envelope, Errno.EINVAL, "size=" + create.size() + " is no whole pages");
      return;
    }
    // No pages are touched here: the program reserves them, so that they count as its own.
    try (Descriptor memory = posix.memfd("atoll-segment")) {
      posix.fchmod(memory, OWNER_ONLY);
      posix.ftruncate(memory, create.size());
      posix.addSeals(memory, RESIZE_SEALS);
      Site.hit("memory.made");
      session.reply(envelope.correlation(), new Reply.MemoryMade(), List.of(memory));
    } catch (ErrnoException e) {
      refuse(session, envelope, e.errno(), String.valueOf(e.getMessage()));
    }
  }

  private void status(ClientSession session, long correlation) {
    if (administration.admits(session, correlation)) {
      session.reply(correlation, status());
    }
  }

  Reply.DeviceStatus status() {
    long connected = 0;
    long revoking = 0;
    long overdue = 0;
    for (ClientSession session : sessions) {
      for (ImportSegmentState each : importsOf(session)) {
        connected += each.phase() == ImportSegmentState.Phase.CONNECTED ? 1 : 0;
        boolean isRevoking = each.phase() == ImportSegmentState.Phase.REVOKING;
        revoking += isRevoking ? 1 : 0;
        overdue += isRevoking && each.isOverdue() ? 1 : 0;
      }
    }
    return new Reply.DeviceStatus(
        sessions.size(),
        exports.live(),
        ids.size(),
        connected,
        revoking,
        overdue,
        OpenDescriptors.count(),
        malformed);
  }

  private static List<ImportSegmentState> importsOf(ClientSession session) {
    List<ImportSegmentState> found = new ArrayList<>();
    session
        .handles()
        .forEach(each -> {
          if (each instanceof ImportSegmentState state) {
            found.add(state);
          }
        });
    return found;
  }

  private static List<ExportSegmentState> exportsOf(ClientSession session) {
    List<ExportSegmentState> found = new ArrayList<>();
    session
        .handles()
        .forEach(each -> {
          if (each instanceof ExportSegmentState export) {
            found.add(export);
          }
        });
    return found;
  }

  /** A program has gone, however it went: frees all that was made through its session. */
  void end(ClientSession session) {
    if (session.isEnded()) {
      return;
    }
    Site.hit("session.ended");
    session.end();
    sessions.remove(session);
    rings.end(session);
    network.end(session);
    // Imports first: a session that imports its own segments must not be told to let go of them.
    importsOf(session).forEach(imports::abandon);
    exportsOf(session).forEach(exports::abandon);
    session.closeSignals();
    Site.hit("session.freed");
  }

  /** The device stops: every session ends. */
  void endAll() {
    List.copyOf(sessions).forEach(this::end);
  }

  private static void refuse(
      ClientSession session, Request.Envelope envelope, Errno errno, String detail) {
    session.reply(envelope.correlation(), Reply.Refused.of(errno, detail));
  }
}
