/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The calls of a session that wait for their answers.
 *
 * <p>An answer that comes after its caller was interrupted is undone: its descriptors are closed,
 * and what it made is given back by a further request that nobody waits for. A publication has no
 * name of its own by which to take it back; so whatever is about the same segment's publication
 * waits until that request was sent.
 */
final class CallTable {
  private static final System.Logger LOG = System.getLogger(CallTable.class.getName());

  private final Map<Long, Call> waiting = new ConcurrentHashMap<>();

  /** By handle of the segment: taking back what an interrupted caller may have published. */
  private final Map<Long, CompletableFuture<?>> undoing = new ConcurrentHashMap<>();

  private final AtomicLong nextCorrelation = new AtomicLong(1);
  private final Semaphore room = new Semaphore(LinkLimits.OUTSTANDING_MAX);
  private final Consumer<Request> undo;
  private volatile boolean isLost;

  CallTable(Consumer<Request> undo) {
    this.undo = undo;
  }

  /** Registers a call; waits while the device already holds as many as it takes. */
  Call begin(Request request) throws InterruptedException {
    switch (request) {
      case Request.ExportPublish next -> awaitUndone(next.handle());
      case Request.ExportRepublish next -> awaitUndone(next.handle());
      case Request.ExportUnpublish next -> awaitUndone(next.handle());
      default -> {}
    }
    room.acquire();
    var call = new Call(nextCorrelation.getAndIncrement(), request, new CompletableFuture<>());
    waiting.put(call.correlation(), call);
    if (isLost) {
      // The table may have been failed between the check of the caller and the put above.
      fail(call);
    }
    return call;
  }

  /** Waits for the answer of a call. */
  Answer await(Call call) throws InterruptedException {
    try {
      return call.answer().get();
    } catch (InterruptedException e) {
      CompletableFuture<Void> undone =
          call.answer().thenAccept(answer -> undo(call.request(), answer));
      if (call.request() instanceof Request.ExportPublish publish) {
        undoing.merge(publish.handle(), undone, CompletableFuture::allOf);
      }
      throw e;
    } catch (ExecutionException e) {
      throw lost(e);
    }
  }

  private void awaitUndone(long handle) throws InterruptedException {
    CompletableFuture<?> undone = undoing.get(handle);
    if (undone == null) {
      return;
    }
    try {
      var _ = undone.get();
    } catch (ExecutionException e) {
      LOG.log(Level.DEBUG, "event=nothing-to-take-back handle=" + handle, e);
    }
    var _ = undoing.remove(handle, undone);
  }

  /** Takes back a call that could not be sent. */
  void forget(Call call) {
    if (waiting.remove(call.correlation()) != null) {
      room.release();
    }
  }

  /** Gives an answer to whoever waits; nobody waiting means the device answers out of turn. */
  boolean complete(long correlation, Reply reply, List<Descriptor> descriptors) {
    Call call = waiting.remove(correlation);
    if (call == null) {
      return false;
    }
    room.release();
    call.answer().complete(new Answer(reply, descriptors));
    return true;
  }

  void failAll() {
    isLost = true;
    waiting.values().forEach(this::fail);
  }

  private void fail(Call call) {
    if (waiting.remove(call.correlation()) != null) {
      room.release();
      call.answer().completeExceptionally(lost(null));
    }
  }

  private void undo(Request request, Answer answer) {
    answer.closeDescriptors();
    switch (answer.reply()) {
      case Reply.Connected connected ->
          undo.accept(new Request.ImportDisconnect(connected.handle()));
      case Reply.ExportCreated created -> undo.accept(new Request.ExportDestroy(created.handle()));
      case Reply.Published _ -> {
        if (request instanceof Request.ExportPublish publish) {
          undo.accept(new Request.ExportUnpublish(publish.handle()));
        }
      }
      case Reply.Done _,
          Reply.Refused _,
          Reply.Welcome _,
          Reply.MemoryMade _,
          Reply.Listing _,
          Reply.NetworkAnswer _,
          Reply.RingsMade _,
          Reply.DeviceStatus _ -> {}
    }
  }

  static LinkException lost(@org.jspecify.annotations.Nullable Throwable cause) {
    return new LinkException(
        LinkException.LOST,
        "The session with the device is lost: the device has stopped or has cut it off. Its"
            + " segments are gone; attach again.",
        cause);
  }

  record Call(long correlation, Request request, CompletableFuture<Answer> answer) {}
}
