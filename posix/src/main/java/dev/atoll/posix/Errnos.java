/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The error numbers of a call's man page that Atoll can meet, by the way the call gives them.
 * {@link FaultyPosix} can produce each of them in that way.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Errnos {
  /**
   * Names the error numbers that throw {@link ErrnoException}.
   *
   * @return those that nobody expects
   */
  Errno[] value() default {};

  /**
   * Names the error numbers that are expected refusals, which the call returns negative.
   *
   * @return those that a caller has to look at
   */
  Errno[] returned() default {};
}
