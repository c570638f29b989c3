/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network tells about itself: named values in an order that people read well, nested as the
 * tools of LNet show them.
 *
 * <p>It crosses the boundary by {@link ReportCodec}. Immutable.
 */
public sealed interface Report {
  /** Says nothing: a name without a value. */
  record Nothing() implements Report {}

  /**
   * A word or a sentence.
   *
   * @param value the text
   */
  record Text(String value) implements Report {}

  /**
   * A number.
   *
   * @param value signed
   */
  record Figure(long value) implements Report {}

  /**
   * A claim.
   *
   * @param value whether it holds
   */
  record Flag(boolean value) implements Report {}

  /**
   * A list.
   *
   * @param rows in order
   */
  record Rows(List<Report> rows) implements Report {
    /** Copies the list. */
    public Rows {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Named values.
   *
   * @param values in order
   */
  record Fields(Map<String, Report> values) implements Report {
    /** Copies the map and keeps its order. */
    public Fields {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Gives a value by its name.
     *
     * @param name which
     * @return the value, or {@link Nothing}
     */
    public Report get(String name) {
      return values.getOrDefault(name, new Nothing());
    }

    /**
     * Gives a list by its name.
     *
     * @param name which
     * @return its rows; none if there is no such list
     */
    public List<Report> rows(String name) {
      return get(name) instanceof Rows rows ? rows.rows() : List.of();
    }

    /**
     * Gives a text by its name.
     *
     * @param name which
     * @return the text; empty if there is none
     */
    public String text(String name) {
      return get(name) instanceof Text text ? text.value() : "";
    }

    /**
     * Gives a number by its name.
     *
     * @param name which
     * @return the number; zero if there is none
     */
    public long number(String name) {
      return get(name) instanceof Figure figure ? figure.value() : 0;
    }
  }

  /**
   * Begins named values.
   *
   * @return an empty builder
   */
  static FieldsBuilder fields() {
    return new FieldsBuilder();
  }

  /** Collects named values in order; not thread-safe. */
  final class FieldsBuilder {
    private final Map<String, Report> values = new LinkedHashMap<>();

    private FieldsBuilder() {}

    /**
     * Adds a text.
     *
     * @param name of the value
     * @param value the text
     * @return this
     */
    public FieldsBuilder text(String name, String value) {
      return put(name, new Text(value));
    }

    /**
     * Adds a number.
     *
     * @param name of the value
     * @param value the number
     * @return this
     */
    public FieldsBuilder number(String name, long value) {
      return put(name, new Figure(value));
    }

    /**
     * Adds a claim.
     *
     * @param name of the value
     * @param value whether it holds
     * @return this
     */
    public FieldsBuilder flag(String name, boolean value) {
      return put(name, new Flag(value));
    }

    /**
     * Adds a list.
     *
     * @param name of the value
     * @param rows in order
     * @return this
     */
    public FieldsBuilder rows(String name, List<? extends Report> rows) {
      return put(name, new Rows(new ArrayList<>(rows)));
    }

    /**
     * Adds any value.
     *
     * @param name of the value
     * @param value what it is
     * @return this
     */
    public FieldsBuilder put(String name, Report value) {
      values.put(name, value);
      return this;
    }

    /**
     * Ends the collection.
     *
     * @return the values
     */
    public Fields build() {
      return new Fields(values);
    }
  }
}
