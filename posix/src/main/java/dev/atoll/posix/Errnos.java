/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The error numbers a call can give; the failing twin produces each of them. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Errnos {
  /**
   * Names the error numbers.
   *
   * @return those of the man page that Atoll can meet
   */
  Errno[] value();
}
