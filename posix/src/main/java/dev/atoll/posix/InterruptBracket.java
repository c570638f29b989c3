/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * Makes {@link Thread#interrupt} run an action while a platform thread is between {@link #enter}
 * and {@link #leave}.
 *
 * <p>Native calls do not see interrupts. {@link AbstractSelector#begin} is the supported way to be
 * told: an interrupt then calls {@link #wakeup} of this selector, on the interrupting thread, after
 * the thread's status was set; if the status was set before, begin itself calls it. It selects
 * nothing.
 */
final class InterruptBracket extends AbstractSelector {
  private final Runnable onInterrupt;

  InterruptBracket(Runnable onInterrupt) {
    super(SelectorProvider.provider());
    this.onInterrupt = onInterrupt;
  }

  void enter() {
    begin();
  }

  void leave() {
    end();
  }

  @Override
  public Selector wakeup() {
    onInterrupt.run();
    return this;
  }

  @Override
  protected void implCloseSelector() {
    // Nothing is held.
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int operations, Object attachment) {
    throw new UnsupportedOperationException("selects nothing");
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException("selects nothing");
  }

  @Override
  public int select(long timeoutMillis) {
    throw new UnsupportedOperationException("selects nothing");
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException("selects nothing");
  }
}
