/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Carries events from the loop to a handler on the background thread. */
final class CallbackSink implements AttachedMemory.LnetSink {
  private static final int CAPACITY = 4096;
  private static final System.Logger LOG = System.getLogger(CallbackSink.class.getName());

  private final EventLoop loop;
  private final LnetEventQueue queue;
  private final Consumer<LnetEvent> handler;
  private final LnetEvent event = new LnetEvent();
  private final Runnable drain = this::drain;
  private volatile boolean isScheduled;
  private long lost;

  CallbackSink(EventLoop loop, Consumer<LnetEvent> handler) {
    this.loop = loop;
    this.queue = new LnetEventQueue(loop, CAPACITY);
    this.handler = handler;
  }

  @Override
  public void add(LnetEvent added) {
    queue.add(added);
    if (queue.lost() != lost) {
      if (lost == 0) {
        LOG.log(Level.WARNING, "event=handler-too-slow capacity=" + CAPACITY);
      }
      lost = queue.lost();
    }
    if (!isScheduled) {
      isScheduled = true;
      loop.callBack(drain);
    }
  }

  private void drain() {
    // Taken back first: what comes from now on is seen here or asks anew.
    isScheduled = false;
    while (queue.poll(event)) {
      LnetNode.guarded(() -> handler.accept(event));
    }
  }
}
