/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;

/**
 * Scatter-gather transfers of one import: entry by entry, each as a get or put of its own, so that
 * in implicit mode each has its own barrier.
 */
final class Vectors {
  private static final String PUTV = "rsm_memseg_import_putv";
  private static final String GETV = "rsm_memseg_import_getv";

  private final ImportSegment segment;

  Vectors(ImportSegment segment) {
    this.segment = segment;
  }

  void putv(ScatterGather vector) {
    run(PUTV, vector);
  }

  void getv(ScatterGather vector) {
    run(GETV, vector);
  }

  private void run(String operation, ScatterGather vector) {
    int count = vector.count();
    vector.residualCount(count);
    segment.checkUsable(operation);
    if (count == 0) {
      throw new RsmException(RsmError.BAD_SGIO, operation, "no entries", null);
    }
    segment.checkConnected(operation);
    for (int i = 0; i < count; i++) {
      try {
        move(operation, vector.entry(i));
        // In explicit mode the copy does not notice that it went nowhere, and nobody is to be
        // signalled about it.
        segment.checkConnected(operation);
      } catch (RsmException e) {
        throw new RsmException(e.error(), operation, "entry=" + i + " residual=" + (count - i), e);
      }
      vector.residualCount(count - i - 1);
    }
    if (vector.has(VectorFlag.IMPLICIT_SIGNAL)) {
      boolean isOnce = vector.has(VectorFlag.NO_ACCUMULATE);
      segment.signals().post(isOnce ? PostMode.NO_ACCUMULATE : PostMode.ACCUMULATE);
    }
  }

  private void move(String operation, ScatterGather.Entry entry) {
    switch (entry) {
      case ScatterGather.AddressEntry piece ->
          move(operation, entry, piece.local(), RsmError.BAD_ADDR);
      case ScatterGather.HandleEntry piece -> {
        if (!piece.local().enter()) {
          throw new RsmException(
              RsmError.BAD_SGIO, operation, "the local memory handle was freed", null);
        }
        try {
          move(operation, entry, piece.local().memory(), RsmError.BAD_SGIO);
        } finally {
          piece.local().leave();
        }
      }
    }
  }

  private void move(
      String operation, ScatterGather.Entry entry, MemorySegment local, RsmError unusable) {
    if (!Ranges.contains(entry.localOffset(), entry.length(), local.byteSize())) {
      throw new RsmException(
          RsmError.BAD_ADDR,
          operation,
          "local offset="
              + entry.localOffset()
              + " length="
              + entry.length()
              + " size="
              + local.byteSize(),
          null);
    }
    try {
      if (operation.equals(PUTV)) {
        segment.put(entry.remoteOffset(), local, entry.localOffset(), entry.length());
      } else {
        segment.get(entry.remoteOffset(), local, entry.localOffset(), entry.length());
      }
    } catch (IllegalStateException e) {
      if (local.scope().isAlive()) {
        throw e;
      }
      throw new RsmException(unusable, operation, "the local memory is closed", e);
    }
  }
}
