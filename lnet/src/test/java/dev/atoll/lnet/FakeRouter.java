/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.FakeNet.FakeLnd;
import dev.atoll.lnet.FakeNet.Flight;
import dev.atoll.lnet.wire.PingInfoLayout;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A gateway between two networks: forwards what is for the other one, and answers pings. */
final class FakeRouter {
  final Side near;
  final Side far;
  private final FakeNet net;

  /** It forwards nothing and answers nothing. */
  boolean isSilent;

  /** What it says of its interface on the far side. */
  int farStatus = PingInfo.UP;

  FakeRouter(FakeNet net, Nid nearNid, Nid farNid) {
    this.net = net;
    near = new Side(nearNid);
    far = new Side(farNid);
    net.nodes.put(nearNid, near);
    net.nodes.put(farNid, far);
  }

  Nid farNid() {
    return far.nid;
  }

  /** Its interface on one of the networks. */
  final class Side implements FakeNet.Node {
    private final Nid nid;

    Side(Nid nid) {
      this.nid = nid;
    }

    @Override
    public Nid nid() {
      return nid;
    }

    @Override
    public long incarnation() {
      return 77;
    }

    @Override
    public void connected(FakeNet.Node other) {}

    @Override
    public void disconnected(FakeNet.Node other, int status) {}

    @Override
    public void land(Flight flight) {
      if (isSilent) {
        return;
      }
      if (flight.header.destination.equals(nid)) {
        answer(flight);
        return;
      }
      Side out = this.equals(near) ? far : near;
      FakeNet.Node to = net.nodes.get(flight.header.destination);
      if (to instanceof FakeLnd lnd) {
        lnd.connected(out);
        net.fly(new Flight(flight.header, flight.payload, ProcessId.of(out.nid)), lnd);
      }
    }

    private void answer(Flight ping) {
      FakeNet.Node asker = net.nodes.get(ping.header.source);
      if (ping.header.type != MessageType.GET || asker == null) {
        return;
      }
      PingInfo info =
          new PingInfo(
              PingInfo.NI_STATUS,
              ProcessId.LUSTRE_PID,
              3,
              List.of(
                  new PingInfo.Interface(near.nid, PingInfo.UP),
                  new PingInfo.Interface(far.nid, farStatus)));
      MemorySegment bytes = net.bytes(PingInfoLayout.bytes(info));
      PingInfoLayout.encode(info, bytes, 0);
      var header = new LnetHeader();
      header.type = MessageType.REPLY;
      header.destination = ping.header.source;
      header.source = nid;
      header.sourcePid = ProcessId.LUSTRE_PID;
      header.wireInterfaceCookie = ping.header.wireInterfaceCookie;
      header.wireObjectCookie = ping.header.wireObjectCookie;
      header.payloadLength = (int) bytes.byteSize();
      net.fly(new Flight(header, bytes, ProcessId.of(nid)), asker);
    }
  }
}
