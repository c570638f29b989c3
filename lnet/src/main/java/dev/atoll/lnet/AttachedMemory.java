/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Memory that others put to and get from: a match entry with its memory descriptor.
 *
 * <p>Thread safety: all methods by any thread.
 */
public final class AttachedMemory implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AttachedMemory.class.getName());

  private final EventLoop loop;
  private final LnetEngine engine;
  private final MatchEntry entry;
  private final MemoryDescriptor descriptor;
  private volatile boolean isUnlinked;

  /** Attaches; on the loop. */
  AttachedMemory(
      LnetEngine engine, int portal, MatchSpec spec, MemoryUse use, @Nullable LnetSink sink) {
    this.loop = engine.loop();
    this.engine = engine;
    this.entry = engine.attach(portal, spec);
    try {
      this.descriptor =
          engine.attach(entry, use.memory(), use.options(), event -> handle(event, sink), this);
    } catch (RuntimeException refused) {
      int _ = engine.unlink(entry);
      throw refused;
    }
  }

  /** The memory and what may be done with it. */
  record MemoryUse(Pieces memory, MemoryOptions options) {}

  /** Takes events; on the loop. */
  @FunctionalInterface
  interface LnetSink {
    void add(LnetEvent event);
  }

  /**
   * Tells whether the memory is its owner's again: it was closed, or its options ended it.
   *
   * @return whether no message moves its bytes any more
   */
  public boolean isUnlinked() {
    return isUnlinked;
  }

  /**
   * Begins no new operation, lets those under way end ({@code LNetMDUnlink}), and takes the entry
   * out of its list. Does not wait.
   */
  public void unlink() {
    loop.call(() -> {
      int _ = engine.unlink(entry);
      return engine.unlink(descriptor);
    });
  }

  /**
   * Gives the memory back: what still comes in goes nowhere, and the call waits until what goes out
   * has left. In a callback of the node it does not wait. A second call does nothing.
   */
  @Override
  public void close() {
    try {
      int _ =
          loop.call(() -> {
            int gone = engine.unlinkNow(descriptor);
            int _ = engine.unlink(entry);
            return gone;
          });
    } catch (RejectedExecutionException closed) {
      LOG.log(Level.DEBUG, "event=memory-closed-late", closed);
      return;
    }
    if (loop.mayAwait()) {
      LnetNode.awaitUninterruptibly(loop, this::isUnlinked);
    }
  }

  private void handle(LnetEvent event, @Nullable LnetSink sink) {
    if (event.isUnlinked()) {
      isUnlinked = true;
    }
    if (sink != null) {
      sink.add(event);
    }
  }
}
