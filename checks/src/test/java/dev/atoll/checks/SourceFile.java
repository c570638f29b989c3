/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import java.util.List;

/**
 * One text file of the tree.
 *
 * @param path relative to the root, with slashes
 * @param text all of it
 */
record SourceFile(String path, String text) {
  boolean isJava() {
    return path.endsWith(".java");
  }

  boolean isTest() {
    return path.contains("src/test/");
  }

  /** The name of the file without directories and suffix. */
  String name() {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  List<String> lines() {
    return text.lines().toList();
  }

  /** The number of the line, from 1, on which a character stands. */
  int lineOf(int index) {
    return (int) text.substring(0, index).chars().filter(each -> each == '\n').count() + 1;
  }
}
