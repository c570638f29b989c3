/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method whose result tells of an expected refusal and therefore must be looked at.
 *
 * <p>Error Prone knows the annotation by its simple name and fails the build when a result is
 * dropped.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface CheckReturnValue {}
