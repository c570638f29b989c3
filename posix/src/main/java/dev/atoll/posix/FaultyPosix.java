/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The failing twin: a {@link Posix} whose calls fail when a {@link FaultPlan} says so, each in the
 * way {@link Errnos} documents.
 *
 * <p>A call that fails is not made, except {@code close}, which releases the descriptor also when
 * it reports an error (close(2)). Descriptors made through the twin are closed through it. For
 * tests; it is slow.
 */
public final class FaultyPosix {
  private FaultyPosix() {}

  /**
   * Wraps a system.
   *
   * @param real what makes the calls that do not fail
   * @param plan what fails; may change while the twin is in use
   * @return the twin
   */
  public static Posix wrap(Posix real, FaultPlan plan) {
    return (Posix)
        Proxy.newProxyInstance(
            Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, new Twin(real, plan));
  }

  private record Twin(Posix real, FaultPlan plan) implements InvocationHandler {
    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      Object[] given = arguments == null ? new Object[0] : arguments;
      if (method.getDeclaringClass() == Object.class) {
        return ofObject(proxy, method, given);
      }
      String call = method.getName();
      Optional<Errno> failure = plan.visit(call);
      if (failure.isEmpty()) {
        return owned((Posix) proxy, real(method, shortened(call, given)));
      }
      if (call.equals("close")) {
        real(method, given);
      }
      return fail(method, failure.get());
    }

    private Object ofObject(Object proxy, Method method, Object[] given) {
      return switch (method.getName()) {
        case "equals" -> isSame(proxy, given[0]);
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "FaultyPosix[" + real + "]";
      };
    }

    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
    private static boolean isSame(Object proxy, Object other) {
      return proxy == other;
    }

    private static Object fail(Method method, Errno errno) {
      Errnos documented = method.getAnnotation(Errnos.class);
      boolean isReturned =
          documented != null && Arrays.asList(documented.returned()).contains(errno);
      if (!isReturned) {
        throw new ErrnoException(method.getName(), errno.number(), "injected by a fault plan");
      }
      Class<?> result = method.getReturnType();
      if (result == int.class) {
        return -errno.number();
      }
      if (result == long.class) {
        return (long) -errno.number();
      }
      if (result == ReceivedMessage.class) {
        return new ReceivedMessage(-errno.number(), List.of(), false);
      }
      throw new AssertionError(method + " can't return " + errno);
    }

    private @Nullable Object real(Method method, Object[] given) throws Throwable {
      try {
        return method.invoke(real, given);
      } catch (InvocationTargetException e) {
        throw e.getTargetException();
      }
    }

    private Object[] shortened(String call, Object[] given) {
      long limit = plan.limit(call);
      if (limit == Long.MAX_VALUE) {
        return given;
      }
      Object[] changed = given.clone();
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] instanceof MemorySegment memory) {
          changed[i] = memory.asSlice(0, Math.min(limit, memory.byteSize()));
        } else if (changed[i] instanceof IoVector vector) {
          changed[i] = vector.limited(limit);
        }
      }
      return changed;
    }

    private static @Nullable Object owned(Posix twin, @Nullable Object result) {
      return switch (result) {
        case Descriptor descriptor -> owned(twin, descriptor);
        case List<?> several ->
            several.stream().map(each -> owned(twin, (Descriptor) each)).toList();
        case ReceivedMessage message ->
            new ReceivedMessage(
                message.length(),
                message.descriptors().stream().map(each -> owned(twin, each)).toList(),
                message.isTruncated());
        case null, default -> result;
      };
    }

    private static Descriptor owned(Posix twin, Descriptor descriptor) {
      return new Descriptor(twin, descriptor.disown(), descriptor.subject());
    }
  }
}
