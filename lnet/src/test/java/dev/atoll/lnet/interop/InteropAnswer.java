/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.peer.PeerNid;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a ping or a discovery has come to. */
final class InteropAnswer {
  /** How it ended. */
  private record End(int status, List<PeerNid> nids) {}

  private final CompletableFuture<End> end = new CompletableFuture<>();

  void complete(int status, List<PeerNid> nids) {
    if (!end.complete(new End(status, nids))) {
      end.obtrudeException(new AssertionError("it ended twice"));
    }
  }

  /** The NIDs; fails if there is no answer. */
  List<PeerNid> await() {
    End ended = InteropNode.await("an answer", end);
    if (ended.status() != 0) {
      throw new AssertionError("failed with status " + ended.status());
    }
    return ended.nids();
  }

  /** The errno that it failed with; fails if there is an answer. */
  int failure() {
    End ended = InteropNode.await("an answer", end);
    if (ended.status() == 0) {
      throw new AssertionError("answered: " + ended.nids());
    }
    return -ended.status();
  }

  /** Whether it has ended without an answer; does not wait. */
  boolean hasFailed() {
    return end.isDone() && !isAnswered();
  }

  /** Whether there is an answer; waits for it or for the failure. */
  boolean isAnswered() {
    return InteropNode.await("an answer", end).status() == 0;
  }
}
