/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The signal slot: what a device tells one handle of a session, version 1, little-endian.
 *
 * <p>Slot {@code n} belongs to the handle whose low half is {@code n}. Only the device writes; the
 * program maps the pages for reading. A slot is one cache line, so none crosses a page.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | sequence          | posted            |   0
 *   +-------------------+-------------------+
 *   | state             | generation        |   8
 *   +-------------------+-------------------+
 *   | reserved, zero                        |  16 .. 63
 *   +---------------------------------------+
 * </pre>
 *
 * <ul>
 *   <li>{@code sequence}: goes up at each change of the slot, after the change; a futex word
 *   <li>{@code posted}: signals posted to the handle since it was made, modulo 2^32
 *   <li>{@code state}: {@link #FREE}, {@link #LIVE} or {@link #DISCONNECTED}
 *   <li>{@code generation}: high half of the handle the slot belongs to
 * </ul>
 *
 * <p>Writers: one device. Order: fields first, then {@code sequence} with release; readers take
 * {@code sequence} with acquire before the fields.
 */
public final class SignalSlotLayout {
  /** Bytes of a slot. */
  public static final long SLOT_BYTES = 64;

  /** Bytes of all slots of a session. */
  public static final long TOTAL_BYTES = SLOT_BYTES * LinkLimits.HANDLES_MAX;

  /** No handle uses the slot. */
  public static final int FREE = 0;

  /** The handle lives, and if it is an import it is connected. */
  public static final int LIVE = 1;

  /** The handle is an import whose connection has ended. */
  public static final int DISCONNECTED = 2;

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final StructLayout SLOT =
      MemoryLayout.structLayout(
          U32.withName("sequence"),
          U32.withName("posted"),
          U32.withName("state"),
          U32.withName("generation"),
          MemoryLayout.paddingLayout(48));

  static final VarHandle SEQUENCE = handle("sequence");
  static final VarHandle POSTED = handle("posted");
  static final VarHandle STATE = handle("state");
  static final VarHandle GENERATION = handle("generation");

  static {
    if (SLOT.byteSize() != SLOT_BYTES) {
      throw new AssertionError("slot of " + SLOT.byteSize() + " bytes");
    }
  }

  private SignalSlotLayout() {}

  private static VarHandle handle(String field) {
    return SLOT.varHandle(PathElement.groupElement(field));
  }
}
