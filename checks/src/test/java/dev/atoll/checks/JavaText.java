/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** A rough reader of Java sources: good enough to blank comments and to measure bodies. */
final class JavaText {
  private static final Pattern TYPE =
      Pattern.compile("(^|[\\s@])(class|interface|enum|record)\\s+\\w+.*", Pattern.DOTALL);
  private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9_]*(\\(.*\\))?");

  private JavaText() {}

  /**
   * A body directly inside a type: a method, constructor or initialiser.
   *
   * @param head what stands before the brace
   * @param firstLine the line of the brace, from 1
   * @param lines how many lines from brace to brace
   */
  record Body(String head, int firstLine, int lines) {}

  private enum Block {
    TYPE,
    BODY,
    OTHER
  }

  private record Open(Block block, String head, int line) {}

  /** Replaces comments, strings and characters by blanks; line ends stay. */
  static String blank(String source) {
    var out = new StringBuilder(source.length());
    int at = 0;
    while (at < source.length()) {
      int end = endOfToken(source, at);
      if (end == at) {
        out.append(source.charAt(at++));
      } else {
        source.substring(at, end).chars().forEach(c -> out.append(c == '\n' ? '\n' : ' '));
        at = end;
      }
    }
    return out.toString();
  }

  /** Where a comment or literal that begins here ends; the same place if none does. */
  private static int endOfToken(String source, int at) {
    if (source.startsWith("//", at)) {
      int end = source.indexOf('\n', at);
      return end < 0 ? source.length() : end;
    }
    if (source.startsWith("/*", at)) {
      return after(source, "*/", at + 2);
    }
    if (source.startsWith("\"\"\"", at)) {
      return after(source, "\"\"\"", at + 3);
    }
    char quote = source.charAt(at);
    if (quote != '"' && quote != '\'') {
      return at;
    }
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    return Math.min(end + 1, source.length());
  }

  private static int after(String source, String mark, int from) {
    int end = source.indexOf(mark, from);
    return end < 0 ? source.length() : end + mark.length();
  }

  /** Finds every body that stands directly in a type. */
  static List<Body> bodies(String source) {
    String text = blank(source);
    var bodies = new ArrayList<Body>();
    Deque<Open> open = new ArrayDeque<>();
    int line = 1;
    int headFrom = 0;
    for (int at = 0; at < text.length(); at++) {
      switch (text.charAt(at)) {
        case '\n' -> line++;
        case ';' -> headFrom = at + 1;
        case '{' -> {
          String head = text.substring(headFrom, at).strip();
          open.push(new Open(kindOf(head, open.peek()), head, line));
          headFrom = at + 1;
        }
        case '}' -> {
          Open opened = open.pop();
          if (opened.block() == Block.BODY) {
            bodies.add(new Body(opened.head(), opened.line(), line - opened.line() + 1));
          }
          headFrom = at + 1;
        }
        default -> {}
      }
    }
    return bodies;
  }

  private static Block kindOf(String head, Open parent) {
    boolean isArray = head.endsWith("=") || head.endsWith("]");
    if (!isArray && TYPE.matcher(head).find()) {
      return Block.TYPE;
    }
    if (parent == null || parent.block() != Block.TYPE || isArray) {
      return Block.OTHER;
    }
    String last = head.substring(head.lastIndexOf(',') + 1).strip();
    return CONSTANT.matcher(last).matches() ? Block.TYPE : Block.BODY;
  }
}
