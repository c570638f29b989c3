/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The real operating system with some calls answered by the test. */
final class PosixTwin implements InvocationHandler {
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final Posix real = Posix.system();
  private final Posix posix =
      (Posix)
          Proxy.newProxyInstance(
              PosixTwin.class.getClassLoader(), new Class<?>[] {Posix.class}, this);

  /** What a call does instead. */
  interface Answer {
    Object answer(Object[] arguments, RealCall call) throws Throwable;
  }

  /** The call as the operating system would do it. */
  interface RealCall {
    Object make(Object... arguments) throws Throwable;
  }

  static PosixTwin quiet() {
    return new PosixTwin();
  }

  /** Grants MAP_SYNC by mapping shared, so that a file of any file system looks like fsdax. */
  static PosixTwin grantingMapSync() {
    return new PosixTwin()
        .on(
            "mmap",
            (arguments, call) -> {
              int flags = (int) arguments[3];
              if ((flags & MemoryCalls.MAP_SYNC) != 0) {
                arguments[3] = MemoryCalls.MAP_SHARED;
              }
              return call.make(arguments);
            });
  }

  Posix posix() {
    return posix;
  }

  PosixTwin on(String name, Answer answer) {
    answers.put(name, answer);
    return this;
  }

  /** Fails each call of a name. */
  PosixTwin failing(String name, Errno errno) {
    return failingFrom(name, 1, errno);
  }

  /** Fails the calls of a name from the nth on. */
  PosixTwin failingFrom(String name, int nth, Errno errno) {
    AtomicInteger seen = new AtomicInteger();
    return on(
        name,
        (arguments, call) -> {
          if (seen.incrementAndGet() < nth) {
            return call.make(arguments);
          }
          if (name.equals("msync") || name.equals("madvise")) {
            return -errno.number();
          }
          throw new ErrnoException(name, errno.number(), subject(arguments));
        });
  }

  PosixTwin honest(String name) {
    answers.remove(name);
    return this;
  }

  int calls(String name) {
    AtomicInteger count = counts.get(name);
    return count == null ? 0 : count.get();
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    counts.computeIfAbsent(method.getName(), name -> new AtomicInteger()).incrementAndGet();
    RealCall call = given -> reach(method, given);
    Answer answer = answers.get(method.getName());
    return answer == null ? call.make(arguments) : answer.answer(arguments, call);
  }

  private Object reach(Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static String subject(Object[] arguments) {
    return arguments[0] instanceof Descriptor descriptor
        ? descriptor.subject()
        : String.valueOf(arguments[0]);
  }
}
