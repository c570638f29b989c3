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
 * until the import is listed.
 */
final class ImportTable {
  private final Object lock = new Object();
  private final Map<Long, ImportSegment> imports = new HashMap<>();
  private final Map<Long, Early> early = new HashMap<>();
  private final Set<ImportSegment> lost = new HashSet<>();

  private record Early(Notification.Rebind rebind, List<Descriptor> descriptors) {}

  /** Lists an import, and gives it the memory that came before. */
  void add(long handle, ImportSegment segment) {
    Early before;
    synchronized (lock) {
      imports.put(handle, segment);
      before = early.remove(handle);
    }
    if (before != null) {
      segment.rebind(before.rebind(), before.descriptors());
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

  /** Owns the descriptors. */
  void rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
    ImportSegment segment;
    Early replaced = null;
    synchronized (lock) {
      segment = imports.get(rebind.handle());
      if (segment == null) {
        replaced = early.put(rebind.handle(), new Early(rebind, descriptors));
      }
    }
    if (segment != null) {
      segment.rebind(rebind, descriptors);
    }
    if (replaced != null) {
      replaced.descriptors().forEach(Descriptor::close);
    }
  }

  /** The session ends: what came for imports that were never listed goes. */
  void close() {
    synchronized (lock) {
      early.values().forEach(each -> each.descriptors().forEach(Descriptor::close));
      early.clear();
    }
  }
}
