/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import org.jspecify.annotations.Nullable;

/**
 * The connections that have brought something a moment ago. They are read in each turn of the loop
 * without asking epoll first, until they have been silent for some looks. Belongs to the loop.
 */
final class HotSockets {
  private final @Nullable Connection[] connections;
  private final int coldAfterLooks;
  private int count;

  HotSockets(TcpBounds bounds) {
    this.connections = new @Nullable Connection[bounds.hotSockets()];
    this.coldAfterLooks = bounds.coldAfterLooks();
  }

  /** Adds one, if there is room. */
  void add(Connection connection) {
    if (!connection.isHot && count < connections.length && connection.isOpen()) {
      connection.isHot = true;
      connection.emptyLooks = 0;
      connections[count++] = connection;
    }
  }

  /** Reads each once, and tells how often there was something. */
  int look() {
    int work = 0;
    int i = 0;
    while (i < count) {
      Connection each = connections[i];
      int done = each != null && each.isOpen() ? each.receive() : 0;
      if (each == null || isCold(each, done)) {
        remove(i);
      } else {
        i++;
      }
      work += done;
    }
    return work;
  }

  private boolean isCold(Connection connection, int done) {
    connection.emptyLooks = done > 0 ? 0 : connection.emptyLooks + 1;
    boolean isCold = !connection.isOpen() || connection.emptyLooks >= coldAfterLooks;
    if (isCold) {
      connection.isHot = false;
    }
    return isCold;
  }

  private void remove(int index) {
    count--;
    connections[index] = connections[count];
    connections[count] = null;
  }
}
