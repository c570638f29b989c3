/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;

/**
 * What is measured: a loop over one operation.
 *
 * <p>Implementations are templates: {@link #isolated} loads one anew for every candidate, so that
 * each has a JIT profile of its own and no call in its loop is shared with another candidate.
 */
interface Kernel {
  /** Is called before each run, and not timed. */
  default void prepare() throws InterruptedException {}

  /** Does the operation so many times. */
  void run(long operations) throws InterruptedException;

  /** Makes an instance of a fresh copy of a class, whose only constructor takes the arguments. */
  static Kernel isolated(Class<? extends Kernel> template, Object... arguments) {
    String name = template.getName();
    String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("no class file of " + name);
      }
      var hidden = MethodHandles.lookup().defineHiddenClass(in.readAllBytes(), true);
      var constructor = hidden.lookupClass().getDeclaredConstructors()[0];
      return (Kernel) hidden.unreflectConstructor(constructor).invokeWithArguments(arguments);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("making a kernel of " + name, e);
    }
  }
}
