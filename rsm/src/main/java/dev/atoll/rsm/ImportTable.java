/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.Notification;
import dev.atoll.posix.Descriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connected imports by handle, for the service thread to find.
 *
 * <p>The device may speak of an import before the thread that connects has listed it. A revocation
 * leaves a word in the signal page, which that thread looks at afterwards; new memory is kept here
 * until the import is listed. It is kept only while somebody connects: what is not listed otherwise
 * was disconnected just now, and nobody would ever close its descriptors.
 */
final class ImportTable {
  private final Object lock = new Object();
  private final Map<Long, ImportSegment> imports = new HashMap<>();
  private final Map<Long, Early> early = new HashMap<>();
  private final Set<ImportSegment> lost = new HashSet<>();

  private int connecting;

  private record Early(Notification.Rebind rebind, List<Descriptor> descriptors) {}

  /** A thread is about to ask for a connection; {@link #endConnect} follows in any case. */
  void beginConnect() {
    synchronized (lock) {
      connecting++;
    }
  }

  /** The connection is listed, or there is none. */
  void endConnect() {
    synchronized (lock) {
      connecting--;
      if (connecting == 0) {
        closeEarly();
      }
    }
  }

  /** Lists an import, and gives it the memory that came before. */
  void add(long handle, ImportSegment segment) {
    synchronized (lock) {
      // Under the lock: what comes next must not be overtaken by what came before.
      Early before = early.remove(handle);
      if (before != null) {
        segment.rebind(before.rebind(), before.descriptors());
      }
      imports.put(handle, segment);
    }
  }

  void remove(long handle, ImportSegment segment) {
    synchronized (lock) {
      imports.remove(handle, segment);
      lost.remove(segment);
    }
  }

  /** The device has gone: the next one gives the same handles to other imports. */
  void retire() {
    close();
    synchronized (lock) {
      lost.addAll(imports.values());
      imports.clear();
    }
  }

  @Nullable ImportSegment find(long handle) {
    synchronized (lock) {
      return imports.get(handle);
    }
  }

  Collection<ImportSegment> all() {
    synchronized (lock) {
      List<ImportSegment> all = new ArrayList<>(imports.values());
      all.addAll(lost);
      return all;
    }
  }

  /** Owns the descriptors. False if some mapping has the old memory still. */
  boolean rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
    ImportSegment segment;
    List<Descriptor> unused = List.of();
    synchronized (lock) {
      segment = imports.get(rebind.handle());
      if (segment == null && connecting > 0) {
        Early replaced = early.put(rebind.handle(), new Early(rebind, descriptors));
        unused = replaced == null ? unused : replaced.descriptors();
      } else if (segment == null) {
        unused = descriptors;
      }
    }
    boolean isFollowed = segment == null || segment.rebind(rebind, descriptors);
    unused.forEach(Descriptor::close);
    return isFollowed;
  }

  /** The session ends: what came for imports that were never listed goes. */
  void close() {
    synchronized (lock) {
      closeEarly();
    }
  }

  private void closeEarly() {
    early.values().forEach(each -> each.descriptors().forEach(Descriptor::close));
    early.clear();
  }
}
