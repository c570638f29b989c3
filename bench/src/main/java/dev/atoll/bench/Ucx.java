/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The peer: tagged messages and remote access of the C library UCX, where it is installed. One
 * worker and one endpoint, used by one thread. What is called for each message goes through
 * critical downcalls, the cheapest there are; none of it calls back or blocks.
 */
// A peer is native code by its nature; nothing that ships uses this class.
@SuppressWarnings("restricted")
final class Ucx {
  /** Where it is missing. */
  static final String REMEDY = "libucp.so.0 is not installed (Debian: apt-get install libucx0)";

  static final int IN_PROGRESS = 1;

  /** ucp_init is inline in C: it calls this with the version of its header. */
  private static final int MAJOR = 1;

  private static final int MINOR = 10;
  private static final int ERROR_LAST = -100;
  private static final long TAG = 0x41;
  private static final @Nullable SymbolLookup LIBRARY = open();

  /** UCP_FEATURE_TAG and UCP_FEATURE_RMA. */
  private static final long FEATURES = 1 | 2;

  private static final FunctionDescriptor REMOTE_ACCESS =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle INIT =
      link("ucp_init_version", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WORKER_CREATE =
      link("ucp_worker_create", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle GET_ADDRESS =
      link("ucp_worker_get_address", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle EP_CREATE =
      link("ucp_ep_create", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SEND =
      linkCritical(
          "ucp_tag_send_nbx",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle RECEIVE =
      linkCritical(
          "ucp_tag_recv_nbx",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PROGRESS =
      linkCritical("ucp_worker_progress", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle STATUS =
      linkCritical("ucp_request_check_status", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle FREE =
      linkCritical("ucp_request_free", FunctionDescriptor.ofVoid(JAVA_LONG));

  private static final MethodHandle MEM_MAP =
      link("ucp_mem_map", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle RKEY_PACK =
      link("ucp_rkey_pack", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle RKEY_UNPACK =
      link("ucp_ep_rkey_unpack", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PUT = linkCritical("ucp_put_nbx", REMOTE_ACCESS);
  private static final MethodHandle GET = linkCritical("ucp_get_nbx", REMOTE_ACCESS);
  private static final MethodHandle FLUSH =
      linkCritical("ucp_ep_flush_nbx", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private final long context;
  private final long worker;
  private final byte[] address;
  private final long parameters;
  private long endpoint;
  private long remoteAddress;
  private long remoteKey;

  private Ucx(long context, long worker, byte[] address, long parameters) {
    this.context = context;
    this.worker = worker;
    this.address = address;
    this.parameters = parameters;
  }

  static boolean isInstalled() {
    return LIBRARY != null;
  }

  /** Makes a worker, which lives as long as the process. */
  static Ucx start() {
    try {
      Arena arena = Arena.global();
      // ucp_params_t and ucp_worker_params_t begin with a mask of fields, then features and mode.
      MemorySegment request = arena.allocate(256, 8);
      MemorySegment result = arena.allocate(16, 8);
      request.set(JAVA_LONG, 0, 1);
      request.set(JAVA_LONG, 8, FEATURES);
      check(
          "ucp_init",
          (int) INIT.invokeExact(MAJOR, MINOR, request.address(), 0L, result.address()));
      long context = result.get(JAVA_LONG, 0);
      request.fill((byte) 0);
      check(
          "ucp_worker_create",
          (int) WORKER_CREATE.invokeExact(context, request.address(), result.address()));
      long worker = result.get(JAVA_LONG, 0);
      check(
          "ucp_worker_get_address",
          (int) GET_ADDRESS.invokeExact(worker, result.address(), result.address() + 8));
      byte[] address =
          MemorySegment.ofAddress(result.get(JAVA_LONG, 0))
              .reinterpret(result.get(JAVA_LONG, 8))
              .toArray(JAVA_BYTE);
      // ucp_request_param_t, all zero: plain bytes.
      return new Ucx(context, worker, address, arena.allocate(128, 8).address());
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  byte[] address() {
    return address.clone();
  }

  void connect(byte[] peer) {
    try {
      Arena arena = Arena.global();
      MemorySegment request = arena.allocate(256, 8);
      request.set(JAVA_LONG, 0, 1);
      request.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_BYTE, peer).address());
      MemorySegment result = arena.allocate(8, 8);
      check(
          "ucp_ep_create",
          (int) EP_CREATE.invokeExact(worker, request.address(), result.address()));
      endpoint = result.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sends; gives the request to wait for, 0 if that is done. */
  long send(long message, long lengthBytes) {
    try {
      return checked((long) SEND.invokeExact(endpoint, message, lengthBytes, TAG, parameters));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Receives; gives the request to wait for, 0 if that is done. */
  long receive(long buffer, long lengthBytes) {
    try {
      return checked((long) RECEIVE.invokeExact(worker, buffer, lengthBytes, TAG, -1L, parameters));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Lets a peer put to and get from memory; gives what the peer needs for {@link #reach}. */
  byte[] expose(MemorySegment memory) {
    try {
      Arena arena = Arena.global();
      MemorySegment request = arena.allocate(256, 8);
      MemorySegment result = arena.allocate(24, 8);
      request.set(JAVA_LONG, 0, 1 | 2);
      request.set(JAVA_LONG, 8, memory.address());
      request.set(JAVA_LONG, 16, memory.byteSize());
      check("ucp_mem_map", (int) MEM_MAP.invokeExact(context, request.address(), result.address()));
      long handle = result.get(JAVA_LONG, 0);
      check(
          "ucp_rkey_pack",
          (int)
              RKEY_PACK.invokeExact(context, handle, result.address() + 8, result.address() + 16));
      byte[] key =
          MemorySegment.ofAddress(result.get(JAVA_LONG, 8))
              .reinterpret(result.get(JAVA_LONG, 16))
              .toArray(JAVA_BYTE);
      ByteBuffer both = ByteBuffer.allocate(Long.BYTES + key.length).order(ByteOrder.nativeOrder());
      return both.putLong(memory.address()).put(key).array();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Takes what a peer's {@link #expose} gave. */
  void reach(byte[] exposed) {
    try {
      Arena arena = Arena.global();
      ByteBuffer both = ByteBuffer.wrap(exposed).order(ByteOrder.nativeOrder());
      remoteAddress = both.getLong();
      byte[] key = new byte[both.remaining()];
      both.get(key);
      MemorySegment result = arena.allocate(8, 8);
      check(
          "ucp_ep_rkey_unpack",
          (int)
              RKEY_UNPACK.invokeExact(
                  endpoint, arena.allocateFrom(JAVA_BYTE, key).address(), result.address()));
      remoteKey = result.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Puts to what is reached and flushes; gives the request to wait for, 0 if that is done. */
  long putAndFlush(long source, long lengthBytes) {
    try {
      long put =
          checked(
              (long)
                  PUT.invokeExact(
                      endpoint, source, lengthBytes, remoteAddress, remoteKey, parameters));
      if (put != 0) {
        // The flush ends no sooner than the put.
        FREE.invokeExact(put);
      }
      return checked((long) FLUSH.invokeExact(endpoint, parameters));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Gets from what is reached; gives the request to wait for, 0 if that is done. */
  long get(long target, long lengthBytes) {
    try {
      return checked(
          (long)
              GET.invokeExact(endpoint, target, lengthBytes, remoteAddress, remoteKey, parameters));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Lets the library work. */
  void progress() {
    try {
      int _ = (int) PROGRESS.invokeExact(worker);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Lets the library work, and tells whether a request is done, which ends it. */
  boolean isDone(long request) {
    try {
      int _ = (int) PROGRESS.invokeExact(worker);
      int status = (int) STATUS.invokeExact(request);
      if (status == IN_PROGRESS) {
        return false;
      }
      FREE.invokeExact(request);
      check("a request", status);
      return true;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static long checked(long request) {
    if (request < 0 && request >= ERROR_LAST) {
      throw new IllegalStateException("UCX refuses a message: status=" + request);
    }
    return request;
  }

  private static void check(String call, int status) {
    if (status != 0) {
      throw new IllegalStateException(call + ": status=" + status);
    }
  }

  private static @Nullable SymbolLookup open() {
    try {
      return SymbolLookup.libraryLookup("libucp.so.0", Arena.global());
    } catch (IllegalArgumentException e) {
      // That is how a missing library shows; isInstalled() tells.
      return null;
    }
  }

  private static MethodHandle link(
      String name,
      java.lang.foreign.MemoryLayout result,
      java.lang.foreign.MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle linkCritical(String name, FunctionDescriptor descriptor) {
    return link(name, descriptor, Linker.Option.critical(false));
  }

  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    if (LIBRARY == null) {
      return MethodHandles.throwException(void.class, IllegalStateException.class)
          .bindTo(new IllegalStateException(REMEDY));
    }
    return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), descriptor, options);
  }

  private static IllegalStateException unexpected(Throwable cause) {
    return cause instanceof IllegalStateException known
        ? known
        : new IllegalStateException("a call of UCX failed", cause);
  }
}
