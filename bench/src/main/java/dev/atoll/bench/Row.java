/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.Locale;

/**
 * One measurement, or the reason why there is none.
 *
 * @param run which of the whole runs, from 1
 * @param name operation and candidate
 * @param size bytes of one operation
 * @param mode threads, carrier
 * @param value median over the rounds; not a number if there is a reason
 * @param unit of the value
 * @param peer floor or peer it is compared with, empty if none
 * @param ratio median over the rounds of own value by peer's value; not a number without a peer
 * @param low 10th percentile of the ratios
 * @param high 90th percentile of the ratios
 * @param reason why there is no value, empty if there is one
 */
record Row(
    int run,
    String name,
    long size,
    String mode,
    double value,
    String unit,
    String peer,
    double ratio,
    double low,
    double high,
    String reason) {
  private static final String SEPARATOR = "\t";
  private static final int FIELDS = 11;

  static Row skipped(Trial trial, int run, String candidate, String reason) {
    return new Row(
        run,
        trial.name() + ": " + candidate,
        trial.size(),
        trial.mode(),
        Double.NaN,
        trial.unit().symbol(),
        "",
        Double.NaN,
        Double.NaN,
        Double.NaN,
        reason);
  }

  /** A value that was not taken in rounds. */
  static Row told(Trial trial, int run, String candidate, double value, String unit) {
    return new Row(
        run,
        trial.name() + ": " + candidate,
        trial.size(),
        trial.mode(),
        value,
        unit,
        "",
        Double.NaN,
        Double.NaN,
        Double.NaN,
        "");
  }

  /** Tells whether two rows are the same measurement in different runs. */
  boolean isSameMeasurement(Row other) {
    return name.equals(other.name) && size == other.size && mode.equals(other.mode);
  }

  String toLine() {
    return String.join(
        SEPARATOR,
        "" + run,
        name,
        "" + size,
        mode,
        "" + value,
        unit,
        peer,
        "" + ratio,
        "" + low,
        "" + high,
        reason);
  }

  static Row ofLine(String line) {
    String[] field = line.split(SEPARATOR, -1);
    if (field.length != FIELDS) {
      throw new IllegalArgumentException("fields=" + field.length + " in '" + line + "'");
    }
    return new Row(
        Integer.parseInt(field[0]),
        field[1],
        Long.parseLong(field[2]),
        field[3],
        Double.parseDouble(field[4]),
        field[5],
        field[6],
        Double.parseDouble(field[7]),
        Double.parseDouble(field[8]),
        Double.parseDouble(field[9]),
        field[10]);
  }

  String toJson() {
    return "{\"run\":"
        + run
        + ",\"name\":"
        + quoted(name)
        + ",\"size\":"
        + size
        + ",\"mode\":"
        + quoted(mode)
        + ",\"value\":"
        + number(value)
        + ",\"unit\":"
        + quoted(unit)
        + ",\"peer\":"
        + (peer.isEmpty() ? "null" : quoted(peer))
        + ",\"ratio\":"
        + number(ratio)
        + ",\"low\":"
        + number(low)
        + ",\"high\":"
        + number(high)
        + (reason.isEmpty() ? "" : ",\"reason\":" + quoted(reason))
        + "}";
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.5g", value) : "null";
  }

  /** Names and reasons are this module's own and hold no control characters. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
