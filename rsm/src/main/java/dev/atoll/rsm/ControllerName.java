/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import java.util.Locale;

/**
 * A controller's name: a type, and the number of the card. Case does not count, and a name without
 * digits is number 0; there is one loopback whatever its number.
 *
 * @param type letters in lower case
 * @param unit trailing digits without leading zeros
 */
record ControllerName(String type, String unit) {
  static ControllerName parse(String name) {
    int end = name.length();
    while (end > 0 && name.charAt(end - 1) >= '0' && name.charAt(end - 1) <= '9') {
      end--;
    }
    String type = name.substring(0, end).toLowerCase(Locale.ROOT);
    String digits = name.substring(end).replaceFirst("^0+(?=.)", "");
    boolean isLoopback = type.equals(Controller.LOOPBACK);
    return new ControllerName(type, digits.isEmpty() || isLoopback ? "0" : digits);
  }

  boolean isLoopback() {
    return type.equals(Controller.LOOPBACK);
  }
}
