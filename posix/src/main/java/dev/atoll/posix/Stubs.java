/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.posix.WriteBack.Instruction;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Set;

/**
 * The machine-code functions behind {@link WriteBack} and {@link NonTemporal}, chosen and linked
 * once. Where one is not to be had, its handle refuses: so the callers need not ask on each call.
 *
 * @param instruction what writes lines back
 * @param lineBytes bytes in a cache line
 * @param cause why write-back is not to be had, empty if it is
 * @param copyCause why non-temporal copy is not to be had, empty if it is
 * @param flush (address, length)
 * @param persist (address, length)
 * @param fence ()
 * @param invalidate (address, length)
 * @param copy (target, source, length), raw addresses
 * @param copyAndFence the same, then a fence
 * @param copySegment (target, source, length), the source a segment, on the heap or not
 * @param copySegmentAndFence the same, then a fence
 */
// Linking is restricted (JEP 454); this module is the one that does.
@SuppressWarnings("restricted")
record Stubs(
    Instruction instruction,
    int lineBytes,
    String cause,
    String copyCause,
    MethodHandle flush,
    MethodHandle persist,
    MethodHandle fence,
    MethodHandle invalidate,
    MethodHandle copy,
    MethodHandle copyAndFence,
    MethodHandle copySegment,
    MethodHandle copySegmentAndFence) {
  private static final FunctionDescriptor NOTHING = FunctionDescriptor.ofVoid();
  private static final FunctionDescriptor RANGE = FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor RANGE_AND_LINE = RANGE.appendArgumentLayouts(JAVA_LONG);
  private static final FunctionDescriptor COPY =
      FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor COPY_SEGMENT =
      FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, JAVA_LONG);

  /** Chooses and installs what this processor and the environment allow. */
  static Stubs install(
      MemoryCalls memory, Architecture processor, Map<String, String> environment) {
    try {
      ProcessorFeatures features = ProcessorFeatures.read();
      return switch (processor) {
        case X86_64 -> x86(memory, features, environment);
        case AARCH64 -> arm(memory, features);
      };
    } catch (ErrnoException | UncheckedIOException | IllegalCallerException e) {
      return refusing(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // Such as a number in /proc/cpuinfo that is none.
      return refusing(WriteBack.causes(e));
    }
  }

  /** Chooses the instruction as libpmem does, whose environment variables count here too. */
  static Instruction choose(Set<String> flags, Map<String, String> environment) {
    if (flags.contains("clwb") && !isSet(environment, "PMEM_NO_CLWB")) {
      return Instruction.CLWB;
    }
    return chooseInvalidation(flags, environment);
  }

  private static Instruction chooseInvalidation(
      Set<String> flags, Map<String, String> environment) {
    if (flags.contains("clflushopt") && !isSet(environment, "PMEM_NO_CLFLUSHOPT")) {
      return Instruction.CLFLUSHOPT;
    }
    return flags.contains("clflush") ? Instruction.CLFLUSH : Instruction.NONE;
  }

  private static Stubs x86(
      MemoryCalls memory, ProcessorFeatures features, Map<String, String> environment) {
    Instruction chosen = choose(features.flags(), environment);
    if (chosen == Instruction.NONE) {
      return refusing("the processor has none of CLWB, CLFLUSHOPT and CLFLUSH");
    }
    if (features.lineBytes() != X86Code.LINE_BYTES) {
      return refusing("cache lines have " + features.lineBytes() + " bytes; 64 are supported");
    }
    Instruction invalidation = chooseInvalidation(features.flags(), environment);
    long base = MachineCode.install(memory, X86Code.assemble(chosen, invalidation));
    boolean isCopying = !isSet(environment, "PMEM_NO_MOVNT");
    String copyCause = isCopying ? "" : "PMEM_NO_MOVNT=1 is set";
    return new Stubs(
        chosen,
        X86Code.LINE_BYTES,
        "",
        copyCause,
        link(base + X86Code.FLUSH, RANGE, false),
        link(base + X86Code.PERSIST, RANGE, false),
        link(base + X86Code.FENCE, NOTHING, false),
        link(base + X86Code.INVALIDATE, RANGE, false),
        isCopying ? link(base + X86Code.COPY, COPY, false) : refusal(copyCause, COPY),
        isCopying ? link(base + X86Code.COPY_AND_FENCE, COPY, false) : refusal(copyCause, COPY),
        isCopying
            ? link(base + X86Code.COPY, COPY_SEGMENT, true)
            : refusal(copyCause, COPY_SEGMENT),
        isCopying
            ? link(base + X86Code.COPY_AND_FENCE, COPY_SEGMENT, true)
            : refusal(copyCause, COPY_SEGMENT));
  }

  // Written from the architecture's manual and assembled, not run yet on such a processor.
  private static Stubs arm(MemoryCalls memory, ProcessorFeatures features) {
    Instruction chosen =
        features.flags().contains("dcpop") ? Instruction.DC_CVAP : Instruction.DC_CVAC;
    long base = MachineCode.install(memory, ArmCode.assemble(chosen));
    int lineBytes = armLineBytes(base);
    String copyCause = "aarch64 has no non-temporal store that leaves the caches alone";
    return new Stubs(
        chosen,
        lineBytes,
        "",
        copyCause,
        armRange(base + ArmCode.FLUSH, lineBytes),
        armRange(base + ArmCode.PERSIST, lineBytes),
        link(base + ArmCode.FENCE, NOTHING, false),
        armRange(base + ArmCode.INVALIDATE, lineBytes),
        refusal(copyCause, COPY),
        refusal(copyCause, COPY),
        refusal(copyCause, COPY_SEGMENT),
        refusal(copyCause, COPY_SEGMENT));
  }

  private static int armLineBytes(long base) {
    try {
      var type = link(base + ArmCode.CACHE_TYPE, FunctionDescriptor.of(JAVA_LONG), false);
      return 4 << (((long) type.invokeExact() >>> 16) & 15);
    } catch (Throwable t) {
      throw Libc.unexpected("ctr_el0", t);
    }
  }

  private static MethodHandle armRange(long address, int lineBytes) {
    return MethodHandles.insertArguments(link(address, RANGE_AND_LINE, false), 2, (long) lineBytes);
  }

  /** Gives stubs that refuse for a cause. */
  static Stubs refusing(String cause) {
    return new Stubs(
        Instruction.NONE,
        X86Code.LINE_BYTES,
        cause,
        cause,
        refusal(cause, RANGE),
        refusal(cause, RANGE),
        refusal(cause, NOTHING),
        refusal(cause, RANGE),
        refusal(cause, COPY),
        refusal(cause, COPY),
        refusal(cause, COPY_SEGMENT),
        refusal(cause, COPY_SEGMENT));
  }

  // Critical: the thread stays in Java, which saves most of the cost of a call, and heap memory may
  // be lent. The price is that the collector waits; hence the pieces of WriteBack.PIECE_BYTES.
  private static MethodHandle link(long address, FunctionDescriptor shape, boolean isHeapLent) {
    return Linker.nativeLinker()
        .downcallHandle(
            MemorySegment.ofAddress(address), shape, Linker.Option.critical(isHeapLent));
  }

  private static MethodHandle refusal(String cause, FunctionDescriptor shape) {
    try {
      MethodHandle refuse =
          MethodHandles.lookup()
              .findStatic(Stubs.class, "refuse", MethodType.methodType(void.class, String.class));
      return MethodHandles.dropArguments(
          refuse.bindTo(cause), 0, shape.toMethodType().parameterArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("refuse(String) stands below", e);
    }
  }

  @SuppressWarnings("unused") // called through refusal()
  private static void refuse(String cause) {
    throw new IllegalStateException("not available: " + cause);
  }

  private static boolean isSet(Map<String, String> environment, String name) {
    return "1".equals(environment.get(name));
  }
}
