/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.posix.Posix;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Stands before the real operating system and lets a test take calls over by name. */
final class FakePosix {
  private FakePosix() {}

  /** Is asked before each call. */
  @FunctionalInterface
  interface Interceptor {
    /** Returned by {@link #call} to let the real call happen. */
    Object REAL = new Object();

    Object call(String name, Object[] arguments);
  }

  static Posix over(Posix real, Interceptor interceptor) {
    return (Posix)
        Proxy.newProxyInstance(
            Posix.class.getClassLoader(),
            new Class<?>[] {Posix.class},
            (ignored, method, arguments) -> {
              Object taken = interceptor.call(method.getName(), arguments);
              if (!Interceptor.REAL.equals(taken)) {
                return taken;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
