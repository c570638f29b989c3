/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The shared pages of two processes that measure a message between them, and how the one tells the
 * other what to play. Both spin, so that exactly two cores are busy; what changes between samples
 * costs a microsecond of a millisecond.
 */
final class Duet {
  /** What the partner does. */
  static final int REST = 0;

  static final int SPIN = 1;
  static final int FUTEX = 2;
  static final int BARE_ECHO = 3;
  static final int BARE_SINK = 4;
  static final int SINGLE_ECHO = 5;
  static final int SINGLE_SINK = 6;
  static final int MANY_ECHO = 7;
  static final int MANY_SINK = 8;

  static final int EVENT = 9;
  static final int SLOT_ECHO = 10;
  static final int SLOT_SINK = 11;
  static final int UCX_ECHO = 12;
  static final int AERON_ECHO = 13;
  static final int AERON_SINK = 15;

  static final int RAW_TCP = 17;
  static final int UCX_SERVE = 18;

  private static final long UP_BYTES = 640;
  private static final long DOWN_BYTES = 704;
  private static final long SLOT_RING_BYTES = SlotRing.sizeBytesFor(BareRing.SLOTS);
  static final long BYTES = 4096 + 2 * BareRing.BYTES + 2 * SLOT_RING_BYTES;
  static final long ASKED = 256;
  static final long ANSWERED = 384;
  static final int MESSAGE_BYTES = 32;
  static final long CHANNEL_BYTES = 64L * BareRing.SLOTS;

  private static final long MODE = 0;
  private static final long PLAYED = 128;
  private static final long IDS = 512;
  private static final long RINGS = 4096;
  private static final long SLOT_RINGS = RINGS + 2 * BareRing.BYTES;
  private static final long NOTES = 1024;
  private static final long NOTE_BYTES = 1024;
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final VarHandle INTS = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONGS = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment pages;

  Duet(MemorySegment pages) {
    this.pages = pages;
  }

  MemorySegment pages() {
    return pages;
  }

  /** The segment ids of the leader's channels, for the partner to send to. */
  void id(int index, int id) {
    INTS.setVolatile(pages, IDS + 4L * index, id);
  }

  int id(int index) {
    return (int) INTS.getVolatile(pages, IDS + 4L * index);
  }

  BareRing ring(int index) {
    return new BareRing(pages.asSlice(RINGS + index * BareRing.BYTES, BareRing.BYTES));
  }

  /** A ring for many producers in fresh pages; the leader lays it. */
  SlotRing layRing(int index) {
    return SlotRing.create(slotRing(index), BareRing.SLOTS);
  }

  SlotRing attachRing(int index) {
    return SlotRing.attach(slotRing(index), BareRing.SLOTS);
  }

  private SegmentWords slotRing(int index) {
    return new SegmentWords(pages.asSlice(SLOT_RINGS + index * SLOT_RING_BYTES, SLOT_RING_BYTES));
  }

  /** A few hundred bytes by which one side tells the other its address. */
  void note(int index, byte[] bytes) {
    if (bytes.length > NOTE_BYTES - Integer.BYTES) {
      throw new IllegalArgumentException("bytes=" + bytes.length);
    }
    long at = NOTES + index * NOTE_BYTES;
    MemorySegment.copy(bytes, 0, pages, ValueLayout.JAVA_BYTE, at + Integer.BYTES, bytes.length);
    INTS.setVolatile(pages, at, bytes.length);
  }

  byte[] note(int index) {
    long at = NOTES + index * NOTE_BYTES;
    int length = (int) INTS.getVolatile(pages, at);
    return pages.asSlice(at + Integer.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Leader: has the partner answer so many bytes with so many over a bare socket. */
  void playRaw(long upBytes, long downBytes) {
    play(REST);
    write(UP_BYTES, upBytes);
    write(DOWN_BYTES, downBytes);
    play(RAW_TCP);
  }

  long upBytes() {
    return read(UP_BYTES);
  }

  long downBytes() {
    return read(DOWN_BYTES);
  }

  /** Leader: has the partner play something, and waits until it does. */
  void play(int mode) {
    INTS.setVolatile(pages, MODE, mode);
    long start = 0;
    for (long i = 0; (int) INTS.getVolatile(pages, PLAYED) != mode; i++) {
      Thread.onSpinWait();
      if ((i & 0xffff) == 0xffff) {
        long now = System.nanoTime();
        start = start == 0 ? now : start;
        if (now - start > PATIENCE_NANOS) {
          throw new IllegalStateException("the partner does not play mode=" + mode);
        }
      }
    }
  }

  /** Leader: ends what a partner does that may sleep on a word. */
  void stopFutex(Posix posix) {
    INTS.setVolatile(pages, MODE, REST);
    SignalKernels.publish(posix, pages, ASKED, SignalKernels.read(pages, ASKED) + 1);
    play(REST);
  }

  /** Leader: ends what a partner does that may sleep on an eventfd. */
  void stopEvents(EventCouple events) {
    INTS.setVolatile(pages, MODE, REST);
    events.ask();
    play(REST);
    events.drain();
  }

  /** Partner: what to play next, once it is not what was played last. */
  int awaitOther(int played) {
    INTS.setVolatile(pages, PLAYED, played);
    while (isOn(played)) {
      Thread.onSpinWait();
    }
    return (int) INTS.getVolatile(pages, MODE);
  }

  /** What the leader has said last. */
  int mode() {
    return (int) INTS.getVolatile(pages, MODE);
  }

  /** Partner: says that it plays. */
  void begin(int mode) {
    INTS.setVolatile(pages, PLAYED, mode);
  }

  boolean isOn(int mode) {
    return (int) INTS.getOpaque(pages, MODE) == mode;
  }

  long read(long offset) {
    return (long) LONGS.getAcquire(pages, offset);
  }

  void write(long offset, long value) {
    LONGS.setRelease(pages, offset, value);
  }
}
