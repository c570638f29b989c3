/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Site;
import dev.atoll.link.Answer;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.memory.RegionKind;
import dev.atoll.posix.Descriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Another process's memory, connected: {@code rsm_memseg_import_handle_t}.
 *
 * <p>{@link #get} and {@link #put} copy; {@link #map} gives the very pages. A connection begins in
 * implicit barrier mode: a transfer that returns has happened, one that throws CONN_ABORTED may
 * have happened in part, and once the connection has ended every later transfer throws it too. In
 * explicit mode, and in a {@link Span}, transfers over pages that are mapped already never throw
 * it; {@link Span#complete} does.
 *
 * <p>Cost: get and put copy once, allocate nothing and make no system call once the segment is
 * mapped, which the first of them does. Thread safety: all methods may be called by any thread.
 */
public final class ImportSegment extends ArrayTransfers implements AutoCloseable {
  static final String CONNECT = "rsm_memseg_import_connect";
  private static final String DISCONNECT = "rsm_memseg_import_disconnect";
  private static final String GET = "rsm_memseg_import_get";
  private static final String PUT = "rsm_memseg_import_put";

  /**
   * On x86-64 the store of a put can not be overtaken by the load of the state as far as a
   * revocation can tell: swapping the pages interrupts this processor, which drops loads that ran
   * ahead. Elsewhere a full fence is needed.
   */
  private static final boolean NEEDS_FENCE = !System.getProperty("os.arch").equals("amd64");

  private final RsmContext context;
  private final Reply.Connected properties;
  private final Permission permission;
  private final ImportMappings mappings;
  private final Barriers barriers;
  private final Vectors vectors;
  private final SignalSlot slot;

  /** What moves the bytes where no mapping can; null for an import that has its own. */
  private final @Nullable MediatedTransfers mediated;

  private final Signals signals;

  /**
   * Set by the service thread before it swaps the pages: a transfer that finds it unset afterwards
   * has met the exporter's own pages. The device's word in the signal page says the same some
   * microseconds earlier, but looking there costs a transfer of 4 KiB several percent.
   */
  private volatile boolean isAborted;

  private volatile boolean isDisconnected;

  /** The device that gave the handle has gone; the next one may give it to another import. */
  private volatile boolean isLost;

  private final AtomicBoolean isLeaving = new AtomicBoolean();

  private ImportSegment(
      RsmContext context,
      Reply.Connected properties,
      Permission permission,
      List<Descriptor> descriptors) {
    this.context = context;
    this.properties = properties;
    this.permission = permission;
    this.mappings = new ImportMappings(context.posix(), properties, descriptors, permission);
    this.barriers = new Barriers(this, mappings);
    this.vectors = new Vectors(this);
    this.slot = SignalSlot.of(context.session().signalPages(), properties.handle());
    this.mediated =
        properties.isMediated()
            ? new MediatedTransfers(context, properties.handle(), properties.size(), this::findEnd)
            : null;
    this.signals = new Signals(context, properties.handle(), this::findEnd);
  }

  static ImportSegment connect(
      RsmContext context, int nodeId, int segmentId, Permission permission) {
    context.imports().beginConnect();
    try {
      return connectListed(context, nodeId, segmentId, permission);
    } finally {
      context.imports().endConnect();
    }
  }

  private static ImportSegment connectListed(
      RsmContext context, int nodeId, int segmentId, Permission permission) {
    var request = new Request.ImportConnect(nodeId, segmentId, permission.bits());
    Answer answer = context.calls().call(CONNECT, request, List.of());
    if (!(answer.reply() instanceof Reply.Connected connected)
        || answer.descriptors().size() != descriptorsDue(connected, permission)) {
      throw DeviceCalls.unexpected(CONNECT, answer);
    }
    Site.hit("import.connected");
    ImportSegment segment;
    try {
      segment = new ImportSegment(context, connected, permission, answer.descriptors());
    } catch (IllegalStateException e) {
      // The session was closed meanwhile.
      answer.closeDescriptors();
      throw e;
    }
    context.imports().add(connected.handle(), segment);
    // A revocation that came before the segment was listed found nobody to tell.
    if (segment.slot.stateOpaque() != SignalSlotLayout.LIVE) {
      segment.abort();
    }
    if (!context.session().isOpen()) {
      segment.lose();
    }
    return segment;
  }

  private static int descriptorsDue(Reply.Connected connected, Permission permission) {
    return permission == Permission.NONE || connected.isMediated() ? 0 : ImportMappings.DESCRIPTORS;
  }

  /**
   * Tells the size of the segment, which the original has no query for.
   *
   * @return bytes
   */
  public long size() {
    return properties.size();
  }

  /**
   * Tells what the exporter's memory is.
   *
   * @return PERSISTENT if a file keeps its content over restarts
   */
  public RegionKind kind() {
    return mappings.isPersistent() ? RegionKind.PERSISTENT : RegionKind.VOLATILE;
  }

  /**
   * Tells what the connection allows.
   *
   * @return the rights asked for when it was made
   */
  public Permission permission() {
    return permission;
  }

  /**
   * Tells whether the device moves the bytes of get and put: for a connection that may write and
   * not read, and for an export that was made {@link ExportOption#MEDIATED}. Such an import can not
   * be mapped, and each of its transfers waits for the device.
   *
   * @return false for an import that reaches the exporter's pages itself
   */
  public boolean isMediated() {
    return mediated != null;
  }

  /**
   * Tells whether the connection holds.
   *
   * @return false once the exporter has withdrawn the segment or died, the device has gone, or this
   *     import was disconnected
   */
  public boolean isConnected() {
    return !isDisconnected && isLive();
  }

  /**
   * Copies bytes into the segment: {@code rsm_memseg_import_put}.
   *
   * @param offset byte offset from the start of the segment
   * @param source the bytes, heap or native memory
   * @throws RsmException PERM_DENIED without the right to write, BAD_PERMS if the explicit mapping
   *     lacks it, BAD_OFFSET if any byte lies outside the segment or the mapped window,
   *     CONN_ABORTED once the connection has ended, BAD_SEG_HNDL once disconnected
   */
  public void put(long offset, MemorySegment source) {
    put(offset, source, 0, source.byteSize());
  }

  /**
   * Copies a part of some memory into the segment: {@code rsm_memseg_import_put}.
   *
   * @param offset byte offset from the start of the segment
   * @param source heap or native memory
   * @param sourceOffset first byte of it to copy
   * @param length how many bytes; zero is legal and moves nothing
   * @throws RsmException as {@link #put(long, MemorySegment)}
   * @throws IndexOutOfBoundsException if the range lies outside the source
   */
  public void put(long offset, MemorySegment source, long sourceOffset, long length) {
    Window window = mappings.windowVolatile();
    MemorySegment target = window == null ? null : window.writable();
    if (window == null || target == null) {
      if (mediated != null) {
        checkTransfer(PUT, Permission.WRITE);
        mediated.put(PUT, offset, source, sourceOffset, length);
        return;
      }
      window = openWindow(PUT, Permission.WRITE);
      target = window.writable();
    }
    try {
      MemorySegment.copy(source, sourceOffset, target, offset - window.base(), length);
    } catch (IndexOutOfBoundsException e) {
      // The copy checks both ranges already; checking them before would only cost time.
      throw outside(PUT, offset, length, window, e);
    } catch (IllegalStateException e) {
      checkStale(PUT, window, e);
      put(offset, source, sourceOffset, length);
      return;
    }
    settlePut(PUT);
  }

  /**
   * Copies bytes out of the segment: {@code rsm_memseg_import_get}.
   *
   * @param offset byte offset from the start of the segment
   * @param target receives the bytes, heap or native memory
   * @throws RsmException PERM_DENIED without the right to read, BAD_PERMS if the explicit mapping
   *     lacks it, BAD_OFFSET if any byte lies outside the segment or the mapped window,
   *     CONN_ABORTED once the connection has ended, BAD_SEG_HNDL once disconnected
   */
  public void get(long offset, MemorySegment target) {
    get(offset, target, 0, target.byteSize());
  }

  /**
   * Copies bytes out of the segment into a part of some memory: {@code rsm_memseg_import_get}.
   *
   * @param offset byte offset from the start of the segment
   * @param target heap or native memory
   * @param targetOffset where in it the first byte goes
   * @param length how many bytes; zero is legal and moves nothing
   * @throws RsmException as {@link #get(long, MemorySegment)}
   * @throws IndexOutOfBoundsException if the range lies outside the target
   */
  public void get(long offset, MemorySegment target, long targetOffset, long length) {
    Window window = mappings.windowVolatile();
    MemorySegment source = window == null ? null : window.readable();
    if (window == null || source == null) {
      if (mediated != null) {
        checkTransfer(GET, Permission.READ);
        mediated.get(GET, offset, target, targetOffset, length);
        return;
      }
      window = openWindow(GET, Permission.READ);
      source = window.readable();
    }
    try {
      MemorySegment.copy(source, offset - window.base(), target, targetOffset, length);
    } catch (IndexOutOfBoundsException e) {
      throw outside(GET, offset, length, window, e);
    } catch (IllegalStateException e) {
      checkStale(GET, window, e);
      get(offset, target, targetOffset, length);
      return;
    }
    settleGet(GET);
  }

  @Override
  @Nullable Window windowForPut(String operation) {
    Window window = mappings.windowVolatile();
    if (window != null && window.writable() != null) {
      return window;
    }
    return mediated == null ? openWindow(operation, Permission.WRITE) : null;
  }

  @Override
  @Nullable Window windowForGet(String operation) {
    Window window = mappings.windowVolatile();
    if (window != null && window.readable() != null) {
      return window;
    }
    return mediated == null ? openWindow(operation, Permission.READ) : null;
  }

  @Override
  void putMediated(String operation, long offset, MemorySegment source) {
    checkTransfer(operation, Permission.WRITE);
    Objects.requireNonNull(mediated).put(operation, offset, source, 0, source.byteSize());
  }

  @Override
  void getMediated(String operation, long offset, MemorySegment target) {
    checkTransfer(operation, Permission.READ);
    Objects.requireNonNull(mediated).get(operation, offset, target, 0, target.byteSize());
  }

  /** What was stored is in the exporter's memory, or the connection has ended. */
  @Override
  void settlePut(String operation) {
    if (NEEDS_FENCE) {
      VarHandle.fullFence();
    } else {
      // No instruction on x86-64; keeps the compiler from moving the store behind the look.
      VarHandle.releaseFence();
    }
    if (isAborted) {
      checkExplicit(operation);
    }
  }

  /** What was loaded came from the exporter's memory, or the connection has ended. */
  @Override
  void settleGet(String operation) {
    // The flag is read after the data.
    VarHandle.loadLoadFence();
    if (isAborted) {
      checkExplicit(operation);
    }
  }

  /** In explicit mode a span tells that the connection has ended, and nobody else. */
  private void checkExplicit(String operation) {
    if (isDisconnected || !barriers.isExplicitHere()) {
      throw aborted(operation);
    }
  }

  @Override
  void checkStale(String operation, Window window, IllegalStateException cause) {
    if (isDisconnected) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, operation, "disconnected", cause);
    }
    if (!window.isClosed()) {
      // The caller's own memory is closed.
      throw cause;
    }
  }

  /**
   * Copies pieces of local memory into the segment: {@code rsm_memseg_import_putv}. Entries are
   * copied in order, each as by {@link #put} with a barrier of its own in implicit mode; the first
   * that fails ends the transfer, and {@link ScatterGather#residualCount} tells how many were not
   * completed. With {@link VectorFlag#IMPLICIT_SIGNAL} a signal is posted after all have succeeded;
   * should that fail, all data has moved and the residual count is zero.
   *
   * @param vector what goes where
   * @throws RsmException BAD_SGIO without entries or for a local memory handle that was freed or
   *     whose memory is closed, BAD_ADDR for local memory that is closed or a range outside it,
   *     CONN_ABORTED once the connection has ended in either mode, otherwise as {@link #put}
   */
  public void putv(ScatterGather vector) {
    vectors.putv(vector);
  }

  /**
   * Copies parts of the segment into pieces of local memory: {@code rsm_memseg_import_getv}.
   *
   * @param vector what goes where
   * @throws RsmException as {@link #putv}
   */
  public void getv(ScatterGather vector) {
    vectors.getv(vector);
  }

  /**
   * Maps a window for direct loads and stores: {@code rsm_memseg_import_map}. One explicit mapping
   * per import; while it exists, get and put reach that window only.
   *
   * @param offset byte offset in the segment, a multiple of the page size
   * @param length bytes, positive
   * @param wanted READ, WRITE or READ_WRITE, not more than the connection has
   * @return the mapping, owned by the caller
   * @throws RsmException SEG_ALREADY_MAPPED, BAD_SEG_HNDL once disconnected, BAD_LENGTH,
   *     BAD_MEM_ALIGNMENT, BAD_PERMS, CONN_ABORTED, INSUFFICIENT_RESOURCES, MAP_FAILED
   */
  public ImportMapping map(long offset, long length, Permission wanted) {
    return map(offset, length, wanted, MapOptions.anywhere());
  }

  /**
   * Maps a window at a place of one's own choice, or with all pages present at once: {@code
   * rsm_memseg_import_map}.
   *
   * @param offset byte offset in the segment, a multiple of the page size
   * @param length bytes, positive
   * @param wanted READ, WRITE or READ_WRITE, not more than the connection has
   * @param options where and how
   * @return the mapping, owned by the caller
   * @throws RsmException as {@link #map(long, long, Permission)}; with a fixed address also
   *     BAD_ADDR if it is none, BAD_MEM_ALIGNMENT if it is no multiple of the page size, MAP_FAILED
   *     if something is mapped there already
   */
  public ImportMapping map(long offset, long length, Permission wanted, MapOptions options) {
    checkUsable(ImportMappings.MAP);
    ImportMapping mapping = mappings.map(this, offset, length, wanted, options);
    Site.hit("import.mapped");
    return mapping;
  }

  void unmapped(ImportMapping mapping) {
    mappings.unmap(mapping);
  }

  /**
   * Makes a barrier: {@code rsm_memseg_import_init_barrier}, with {@code RSM_BAR_DEFAULT}. It is
   * the current one of this import until it is destroyed or another is made.
   *
   * @return the barrier, owned by the caller
   * @throws RsmException BAD_SEG_HNDL once disconnected, INSUFFICIENT_MEM if this import has
   *     {@value Barriers#BARRIERS_MAX} barriers
   */
  public Barrier barrier() {
    return barrier(BarrierType.SEGMENT);
  }

  /**
   * Makes a barrier of a type, which changes nothing: {@code rsm_memseg_import_init_barrier}.
   *
   * @param type what it is to span
   * @return the barrier, owned by the caller
   * @throws RsmException as {@link #barrier()}
   */
  public Barrier barrier(BarrierType type) {
    return barriers.init(type);
  }

  /**
   * Gives the barrier that implicit mode uses. A connection is born with one, where a C program has
   * to make its first; destroying it brings the C program's situation about: without any barrier,
   * transfers in implicit mode throw BARRIER_UNINITIALIZED.
   *
   * @return the latest barrier that is not destroyed, if there is any
   */
  public Optional<Barrier> currentBarrier() {
    return barriers.current();
  }

  /**
   * Tells who opens and closes the barrier round transfers: {@code rsm_memseg_import_get_mode}.
   *
   * @return IMPLICIT unless it was set
   */
  public BarrierMode mode() {
    return barriers.mode();
  }

  /**
   * Sets who opens and closes the barrier round transfers: {@code rsm_memseg_import_set_mode}. It
   * counts for the transfers that begin afterwards.
   *
   * @param mode the mode
   * @throws RsmException BAD_SEG_HNDL once disconnected
   */
  public void setMode(BarrierMode mode) {
    barriers.setMode(mode);
  }

  /**
   * Gives the signals that the exporter posts to this import.
   *
   * @return the counter; posting to it reaches the exporter
   */
  public Signals signals() {
    return signals;
  }

  /**
   * Ends the connection: {@code rsm_memseg_import_disconnect}. Also legal after it was ended by the
   * exporter.
   *
   * @throws RsmException SEG_STILL_MAPPED while an explicit mapping exists, POLLFD_IN_USE while
   *     poll descriptors are open, BAD_SEG_HNDL if it is disconnected already
   */
  public void disconnect() {
    if (mappings.isExplicit()) {
      throw new RsmException(RsmError.SEG_STILL_MAPPED, DISCONNECT, "", null);
    }
    signals.retire(DISCONNECT);
    if (!leave()) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, DISCONNECT, "already disconnected", null);
    }
  }

  /**
   * Unmaps and disconnects unless that is done already, and closes its poll descriptors; a device
   * that has gone is no error.
   */
  @Override
  public void close() {
    leave();
  }

  private boolean leave() {
    if (!isLeaving.compareAndSet(false, true)) {
      return false;
    }
    isDisconnected = true;
    mappings.close();
    // Unlisted only now: a revocation in between must find the mappings to wait for.
    context.imports().remove(properties.handle(), this);
    if (!isLost && context.session().isOpen()) {
      context.calls().release(DISCONNECT, new Request.ImportDisconnect(properties.handle()));
    }
    signals.retireForGood();
    context.wakeWaiters();
    return true;
  }

  /** The session ends, and the device frees what it knows of this import by itself. */
  void unmapForGood() {
    isDisconnected = true;
    isLeaving.set(true);
    mappings.close();
    context.imports().remove(properties.handle(), this);
  }

  /**
   * The exporter has withdrawn the segment: the mappings become scratch memory in place. False if
   * not all could, which the device must not be told otherwise.
   */
  boolean abort() {
    isAborted = true;
    boolean isSwapped = mappings.revoke();
    if (mediated != null) {
      context.wakeWaiters();
    }
    if (isSwapped) {
      Site.hit("revoke.swapped");
    }
    signals.showEnd();
    return isSwapped;
  }

  /**
   * The exporter has put other memory behind the segment. Owns the descriptors. False if some
   * mapping has the old memory still.
   */
  boolean rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
    if (mappings.rebind(rebind, descriptors)) {
      Site.hit("rebind.followed");
      return true;
    }
    // Rather no connection than one to memory that is no longer the segment's.
    return abort();
  }

  /**
   * The device has gone. The pages stay, since nobody asked for them back, but nobody can tell any
   * more whether they are still the exporter's.
   */
  void lose() {
    isLost = true;
    isAborted = true;
  }

  private @Nullable RsmError findEnd() {
    if (isDisconnected) {
      return RsmError.BAD_SEG_HNDL;
    }
    return isAborted ? RsmError.CONN_ABORTED : null;
  }

  private boolean isLive() {
    return !isAborted && slot.stateOpaque() == SignalSlotLayout.LIVE;
  }

  private void checkGranted(String operation, Permission needed) {
    checkUsable(operation);
    if (!permission.covers(needed)) {
      throw new RsmException(
          RsmError.PERM_DENIED, operation, "the connection allows " + permission, null);
    }
    if (!isLive()) {
      throw aborted(operation);
    }
  }

  /** What a transfer needs besides the range, where the device makes it. */
  private void checkTransfer(String operation, Permission needed) {
    checkGranted(operation, needed);
    barriers.checkBarrier(operation);
  }

  private Window openWindow(String operation, Permission needed) {
    checkGranted(operation, needed);
    Window window = mappings.mapWhole(operation);
    barriers.checkBarrier(operation);
    if ((needed.isWriting() ? window.writable() : window.readable()) == null) {
      throw new RsmException(
          RsmError.BAD_PERMS, operation, "the explicit mapping does not allow " + needed, null);
    }
    return window;
  }

  void checkUsable(String operation) {
    if (isDisconnected) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, operation, "disconnected", null);
    }
  }

  void checkConnected(String operation) {
    if (isDisconnected || !isLive()) {
      throw aborted(operation);
    }
  }

  private RsmException aborted(String operation) {
    if (isDisconnected) {
      return new RsmException(RsmError.BAD_SEG_HNDL, operation, "disconnected", null);
    }
    return new RsmException(RsmError.CONN_ABORTED, operation, "", null);
  }

  /** What to throw for a copy that went out of bounds: ours, or the caller's own memory's. */
  private static RuntimeException outside(
      String operation, long offset, long length, Window window, IndexOutOfBoundsException cause) {
    if (window.contains(offset, length)) {
      return cause;
    }
    return window.outside(operation, offset, length, cause);
  }
}
