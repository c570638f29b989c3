/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.util.Map;

/**
 * What a child answered.
 *
 * @param values by name, as they came out of JSON
 */
record ChildAnswer(Map<String, Object> values) {
  /** A value as it is shown. */
  String text(String name) {
    return String.valueOf(values.get(name));
  }

  /** A whole number, -1 if there is none. */
  long number(String name) {
    return values.get(name) instanceof Number number ? number.longValue() : -1;
  }

  /** A number, not-a-number if there is none. */
  double decimal(String name) {
    return values.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  boolean isTrue(String name) {
    return Boolean.TRUE.equals(values.get(name));
  }

  /** Whether the child answered exactly this. */
  boolean says(String name, String expected) {
    return expected.equals(values.get(name));
  }
}
