/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetTransfer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;

/** PUT and GET over TCP to {@link LnetPartner}, several at a time, and what they stand beside. */
final class LnetKernels {
  private LnetKernels() {}

  /** PUTs with ACK, or GETs. */
  static final class Lnet implements Kernel {
    private final Duet duet;
    private final LnetTransfer[] window;
    private final boolean isGet;
    private final int length;

    Lnet(Duet duet, LnetTransfer[] window, boolean isGet, int length) {
      this.duet = duet;
      this.window = window;
      this.isGet = isGet;
      this.length = length;
    }

    @Override
    public void prepare() throws InterruptedException {
      duet.play(Duet.REST);
      // Whoever drove the loop meanwhile has given it back by the end of this.
      run(window.length);
    }

    @Override
    public void run(long operations) throws InterruptedException {
      int turn = 0;
      for (long i = 0; i < operations; i++) {
        LnetTransfer next = window[turn];
        if (i >= window.length) {
          next.join();
        }
        if (isGet) {
          next.get(0, length);
        } else {
          next.put(0, length);
        }
        turn = turn + 1 == window.length ? 0 : turn + 1;
      }
      for (LnetTransfer each : window) {
        each.join();
      }
    }
  }

  /** Bytes there and bytes back over a bare socket that is looked at without a pause. */
  static final class Raw implements Kernel {
    private final Posix posix = Posix.system();
    private final Duet duet;
    private final Descriptor socket;
    private final MemorySegment out;
    private final MemorySegment in;
    private final long window;

    Raw(Duet duet, Descriptor socket, MemorySegment out, MemorySegment in, int window) {
      this.duet = duet;
      this.socket = socket;
      this.out = out;
      this.in = in;
      this.window = window;
    }

    @Override
    public void prepare() {
      duet.playRaw(out.byteSize(), in.byteSize());
    }

    @Override
    public void run(long operations) {
      long up = out.byteSize();
      long down = in.byteSize();
      long end = operations * down;
      long sent = 0;
      long received = 0;
      while (received < end) {
        long allowed = Math.min(operations, received / down + window) * up;
        if (sent < allowed) {
          long at = sent % up;
          sent +=
              Math.max(0, posix.send(socket, out.asSlice(at, Math.min(up - at, allowed - sent))));
        }
        received += Math.max(0, posix.receive(socket, in, 0));
      }
    }
  }

  /** UCX's put with a flush behind it, or get. */
  static final class UcxAccess implements Kernel {
    private final Duet duet;
    private final Ucx ucx;
    private final MemorySegment memory;
    private final long[] requests;
    private final boolean isGet;

    UcxAccess(Duet duet, Ucx ucx, MemorySegment memory, int window, boolean isGet) {
      this.duet = duet;
      this.ucx = ucx;
      this.memory = memory;
      this.requests = new long[window];
      this.isGet = isGet;
    }

    @Override
    public void prepare() {
      duet.play(Duet.UCX_SERVE);
    }

    @Override
    public void run(long operations) {
      int turn = 0;
      for (long i = 0; i < operations; i++) {
        end(turn);
        requests[turn] =
            isGet
                ? ucx.get(memory.address(), memory.byteSize())
                : ucx.putAndFlush(memory.address(), memory.byteSize());
        turn = turn + 1 == requests.length ? 0 : turn + 1;
      }
      for (int i = 0; i < requests.length; i++) {
        end(i);
      }
    }

    private void end(int turn) {
      long request = requests[turn];
      while (request != 0 && !ucx.isDone(request)) {
        // Spins.
      }
      requests[turn] = 0;
    }
  }
}
