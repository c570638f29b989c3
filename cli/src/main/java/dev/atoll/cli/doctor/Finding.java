/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

/**
 * One line of the doctor's report.
 *
 * @param level how good it is
 * @param name what was looked at, with dashes
 * @param value what was seen
 * @param advice what to do; empty if all is well
 */
public record Finding(Level level, String name, String value, String advice) {
  /** How good it is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It works, with a restriction. */
    WARN,
    /** Something does not work. */
    FAIL
  }

  static Finding ok(String name, String value) {
    return new Finding(Level.OK, name, value, "");
  }

  static Finding warn(String name, String value, String advice) {
    return new Finding(Level.WARN, name, value, advice);
  }

  static Finding fail(String name, String value, String advice) {
    return new Finding(Level.FAIL, name, value, advice);
  }

  /** OK if the claim holds, else WARN with advice. */
  static Finding warnUnless(boolean isGood, String name, String value, String advice) {
    return isGood ? ok(name, value) : warn(name, value, advice);
  }

  /** OK if the claim holds, else FAIL with advice. */
  static Finding failUnless(boolean isGood, String name, String value, String advice) {
    return isGood ? ok(name, value) : fail(name, value, advice);
  }
}
