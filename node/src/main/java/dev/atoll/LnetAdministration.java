/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.device.NetworkAdministration;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Report;
import dev.atoll.link.ReportCodec;
import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.PingResult;
import dev.atoll.lnet.ProcessId;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Carries out orders of a node's owner on its LNet node: reads their words, runs on the node's
 * loop, and words what comes back.
 */
final class LnetAdministration implements NetworkAdministration {
  private static final System.Logger LOG = System.getLogger(LnetAdministration.class.getName());
  private static final byte[] NOTHING = {};
  private static final long USUAL_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LnetHost host;
  private final ServedPortals portals = new ServedPortals();

  /** What interfaces were called when they were added. */
  private final Map<Nid, String> words = new ConcurrentHashMap<>();

  LnetAdministration(LnetHost host) {
    this.host = host;
  }

  /** Remembers what an interface is called that was made without an order. */
  void named(Nid nid, String word) {
    words.put(nid, word);
  }

  @Override
  public void perform(long session, NetworkOrder order, byte[] payload, Outcome outcome) {
    guarded(order, outcome, () -> begin(session, order, payload, outcome));
  }

  @Override
  public void ended(long session) {
    try {
      host.execute(engine -> portals.endSession(engine, session));
    } catch (LnetException e) {
      // The node is closed, and so is all that it served.
      LOG.log(System.Logger.Level.DEBUG, "event=session-ended session={0}", session);
    }
  }

  private void begin(long session, NetworkOrder order, byte[] payload, Outcome outcome) {
    switch (order) {
      case NetworkOrder.Show show -> on(order, outcome, engine -> show(engine, show, outcome));
      case NetworkOrder.Ping ping -> ping(ping, outcome);
      case NetworkOrder.Discover discover -> discover(discover, outcome);
      case NetworkOrder.NetAdd add -> add(add, outcome);
      case NetworkOrder.NetDelete delete ->
          on(order, outcome, engine -> delete(engine, delete, outcome));
      case NetworkOrder.PeerAdd add -> addPeer(add, outcome);
      case NetworkOrder.PeerDelete delete -> deletePeer(delete, outcome);
      case NetworkOrder.RouteAdd add -> addRoute(add, outcome);
      case NetworkOrder.RouteDelete delete -> deleteRoute(delete, outcome);
      case NetworkOrder.Put put -> {
        ProcessId target = ProcessId.of(nid(put.target().nid()));
        on(order, outcome, engine -> HandTransfer.put(engine, target, put, payload, outcome));
      }
      case NetworkOrder.Get get -> {
        ProcessId target = ProcessId.of(nid(get.target().nid()));
        on(order, outcome, engine -> HandTransfer.get(engine, target, get, outcome));
      }
      case NetworkOrder.Serve serve ->
          on(order, outcome, engine -> portals.serve(engine, session, serve, payload, outcome));
      case NetworkOrder.Events events ->
          on(order, outcome, engine -> portals.events(engine, session, events, outcome));
      case NetworkOrder.Peek peek ->
          on(order, outcome, engine -> portals.peek(session, peek, outcome));
      case NetworkOrder.Withdraw withdraw ->
          on(order, outcome, engine -> portals.withdraw(engine, session, withdraw, outcome));
    }
  }

  private void on(NetworkOrder order, Outcome outcome, Consumer<LnetEngine> action) {
    host.execute(engine -> guarded(order, outcome, () -> action.accept(engine)));
  }

  /** What the node refuses comes as one of a few exceptions; each has a word for the asker. */
  private static void guarded(NetworkOrder order, Outcome outcome, Runnable action) {
    try {
      action.run();
    } catch (IllegalArgumentException e) {
      outcome.refused(Errno.EINVAL, String.valueOf(e.getMessage()));
    } catch (LnetException e) {
      outcome.refused(errnoOf(e), String.valueOf(e.getMessage()));
    } catch (ErrnoException e) {
      outcome.refused(e.errno(), String.valueOf(e.getMessage()));
    } catch (NetworkException e) {
      outcome.refused(e.errno(), String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      outcome.refused(Errno.EBUSY, nameOf(order) + ": " + e.getMessage());
    } catch (RuntimeException e) {
      // A mistake of ours must not keep the asker waiting; whoever runs this hears of it too.
      outcome.refused(Errno.EIO, nameOf(order) + ": " + e);
      throw e;
    }
  }

  private static String nameOf(NetworkOrder order) {
    return order.getClass().getSimpleName();
  }

  private static Errno errnoOf(LnetException e) {
    return switch (e.code()) {
      case LnetException.TAKEN -> Errno.EADDRINUSE;
      case LnetException.PRIVILEGE -> Errno.EACCES;
      case LnetException.WRONG_MODE, LnetException.CONFIG -> Errno.EINVAL;
      case LnetException.UNREACHABLE -> Errno.EHOSTUNREACH;
      case LnetException.TIMED_OUT -> Errno.ETIMEDOUT;
      case LnetException.PROTOCOL -> Errno.EPROTO;
      case LnetException.CLOSED -> Errno.ECANCELED;
      default -> Errno.EIO;
    };
  }

  private static Nid nid(String word) {
    Nid nid = Nid.parse(word);
    if (nid.isAny()) {
      throw new IllegalArgumentException("nid='" + word + "' names nobody");
    }
    return nid;
  }

  private static void report(Outcome outcome, Report report) {
    outcome.done(ReportCodec.encode(report));
  }

  private void show(LnetEngine engine, NetworkOrder.Show show, Outcome outcome) {
    report(
        outcome,
        switch (show.view()) {
          case NETS ->
              LnetReports.nets(
                  engine.interfaces(),
                  engine.settings(),
                  nid -> words.getOrDefault(nid, LnetInterfaces.wordOf(nid)));
          case PEERS -> LnetReports.peers(engine.peers());
          case ROUTES -> LnetReports.routes(engine.routes());
          case CONNECTIONS -> LnetReports.connections(engine.connections());
          case GLOBAL -> LnetReports.global(engine.settings());
          case STATISTICS -> LnetReports.statistics(engine.statistics());
        });
  }

  private void ping(NetworkOrder.Ping ping, Outcome outcome) {
    Nid nid = nid(ping.nid());
    on(
        ping,
        outcome,
        engine ->
            engine.ping(
                ProcessId.of(nid), waitOf(ping.timeoutNanos()), result -> pinged(result, outcome)));
  }

  private static void pinged(PingResult result, Outcome outcome) {
    if (result.isAnswered()) {
      report(outcome, LnetReports.ping(result));
    } else {
      failed(outcome, result.status(), "failed to ping " + result.target().nid());
    }
  }

  private static long waitOf(long asked) {
    return asked == 0 ? USUAL_WAIT_NANOS : asked;
  }

  /** As the tools of LNet word it: what failed, then the errno in words. */
  static void failed(Outcome outcome, int status, String what) {
    Errno errno = Errno.of(-status);
    outcome.refused(errno, what + ": " + ErrnoText.of(errno));
  }

  private void discover(NetworkOrder.Discover order, Outcome outcome) {
    Nid nid = nid(order.nid());
    on(
        order,
        outcome,
        engine -> {
          // Whichever comes first counts: the end of the discovery, or of the asker's patience.
          var isOver = new AtomicBoolean();
          engine.discover(
              nid,
              (status, peer) -> {
                if (!isOver.compareAndSet(false, true)) {
                  return;
                }
                if (status == 0) {
                  report(outcome, LnetReports.discover(peer));
                } else {
                  failed(outcome, status, "failed to discover " + nid);
                }
              });
          engine
              .loop()
              .schedule(
                  waitOf(order.timeoutNanos()),
                  () -> {
                    if (isOver.compareAndSet(false, true)) {
                      failed(outcome, -Errno.ETIMEDOUT.number(), "failed to discover " + nid);
                    }
                  });
        });
  }

  /** Not on the loop: names are asked of the system, and listening is waited for. */
  private void add(NetworkOrder.NetAdd order, Outcome outcome) {
    Network network = Network.parse(order.network());
    if (order.interfaces().isEmpty()) {
      throw new IllegalArgumentException("no interface is named for " + network);
    }
    List<Nid> nids = new ArrayList<>();
    for (String word : order.interfaces()) {
      nids.add(LnetInterfaces.nid(network, word));
    }
    for (int i = 0; i < nids.size(); i++) {
      host.add(nids.get(i));
      words.put(nids.get(i), order.interfaces().get(i));
    }
    outcome.done(NOTHING);
  }

  private void delete(LnetEngine engine, NetworkOrder.NetDelete order, Outcome outcome) {
    Network network = Network.parse(order.network());
    List<Nid> found = new ArrayList<>();
    engine
        .interfaces()
        .forEach(each -> {
          Nid nid = each.nid();
          String word = words.getOrDefault(nid, LnetInterfaces.wordOf(nid));
          boolean isMeant =
              order.interfaces().isEmpty()
                  || order.interfaces().contains(word)
                  || order.interfaces().contains(LnetInterfaces.wordOf(nid));
          if (nid.network().equals(network) && isMeant && !nid.isLoopback()) {
            found.add(nid);
          }
        });
    boolean isGone = !found.isEmpty();
    for (Nid nid : found) {
      isGone &= engine.remove(nid);
      words.remove(nid);
    }
    doneIf(isGone, outcome, "there is no such interface of " + network);
  }

  private static void doneIf(boolean isDone, Outcome outcome, String whyNot) {
    if (isDone) {
      outcome.done(NOTHING);
    } else {
      outcome.refused(Errno.ENOENT, whyNot);
    }
  }

  private void addPeer(NetworkOrder.PeerAdd order, Outcome outcome) {
    Nid primary = nid(order.primary());
    List<Nid> nids = order.nids().stream().map(LnetAdministration::nid).toList();
    if (!order.isMultiRail() && !nids.isEmpty()) {
      throw new IllegalArgumentException(
          "a peer that is not multi-rail has one NID; " + primary + " is given more");
    }
    on(
        order,
        outcome,
        engine -> {
          engine.addPeer(primary, nids);
          outcome.done(NOTHING);
        });
  }

  private void deletePeer(NetworkOrder.PeerDelete order, Outcome outcome) {
    Nid primary = nid(order.primary());
    List<Nid> nids = order.nids().stream().map(LnetAdministration::nid).toList();
    on(
        order,
        outcome,
        engine -> {
          boolean isGone = nids.isEmpty() ? engine.removePeer(primary) : true;
          for (Nid nid : nids) {
            isGone &= engine.removePeer(nid);
          }
          doneIf(isGone, outcome, "there is no such peer: " + primary);
        });
  }

  private void addRoute(NetworkOrder.RouteAdd order, Outcome outcome) {
    Network network = Network.parse(order.network());
    Nid gateway = nid(order.gateway());
    on(
        order,
        outcome,
        engine -> {
          if (engine.addRoute(network, gateway, order.hops(), order.priority())) {
            outcome.done(NOTHING);
          } else {
            outcome.refused(
                Errno.EEXIST,
                "there is a route to " + network + " through " + gateway + " already");
          }
        });
  }

  private void deleteRoute(NetworkOrder.RouteDelete order, Outcome outcome) {
    Network network = Network.parse(order.network());
    Nid gateway = nid(order.gateway());
    on(
        order,
        outcome,
        engine ->
            doneIf(
                engine.removeRoute(network, gateway),
                outcome,
                "there is no route to " + network + " through " + gateway));
  }
}
