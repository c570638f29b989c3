/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/**
 * Says which calls of a {@link FaultyPosix} fail, and how.
 *
 * <p>Calls go by the names of {@link Posix}'s methods; overloads share a name and a count. The
 * first rule that matches a visit decides. Rules may be added at any time. Safe for use by many
 * threads.
 */
public final class FaultPlan {
  private static final Map<String, Set<Errno>> DOCUMENTED = documented();

  /** The calls that may move fewer bytes than they are asked to. */
  private static final Set<String> TRANSFERS =
      Set.of("pread", "pwrite", "send", "receive", "readv", "writev");

  private record Rule(LongPredicate visits, Errno errno) {}

  private final Map<String, List<Rule>> rules = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> visits = new ConcurrentHashMap<>();
  private final Map<String, Long> limits = new ConcurrentHashMap<>();

  /** Makes a plan by which nothing fails. */
  public FaultPlan() {}

  /**
   * Makes a plan by which every visit of a call fails.
   *
   * @param call a method of {@link Posix}
   * @param errno one that the call is documented to give
   * @return the plan
   */
  public static FaultPlan always(String call, Errno errno) {
    return new FaultPlan().fail(call, errno, visit -> true);
  }

  /**
   * Makes a plan by which one visit of a call fails.
   *
   * @param call a method of {@link Posix}
   * @param visit which one, the first being 1
   * @param errno one that the call is documented to give
   * @return the plan
   */
  public static FaultPlan once(String call, long visit, Errno errno) {
    return new FaultPlan().fail(call, errno, current -> current == visit);
  }

  /**
   * Adds a rule.
   *
   * @param call a method of {@link Posix}
   * @param errno one that the call is documented to give
   * @param visits which visits fail, the first being 1
   * @return this plan
   * @throws IllegalArgumentException if there is no such call or it does not give this errno
   */
  public FaultPlan fail(String call, Errno errno, LongPredicate visits) {
    Set<Errno> known = DOCUMENTED.get(call);
    if (known == null || !known.contains(errno)) {
      throw new IllegalArgumentException(
          "call=" + call + " is not documented to give errno=" + errno + " but " + known);
    }
    rules.computeIfAbsent(call, name -> new CopyOnWriteArrayList<>()).add(new Rule(visits, errno));
    return this;
  }

  /**
   * Makes every visit of a transfer move few bytes at most.
   *
   * @param call one of {@code pread}, {@code pwrite}, {@code send}, {@code receive}, {@code readv},
   *     {@code writev}
   * @param bytes the most that one visit moves, positive
   * @return this plan
   */
  public FaultPlan shorten(String call, long bytes) {
    if (!TRANSFERS.contains(call) || bytes < 1) {
      throw new IllegalArgumentException(
          "call=" + call + " bytes=" + bytes + "; calls that can be short are " + TRANSFERS);
    }
    limits.put(call, bytes);
    return this;
  }

  /** Takes all rules and limits away; the counts stay. */
  public void clear() {
    rules.clear();
    limits.clear();
  }

  /**
   * Tells how often a call was made.
   *
   * @param call a method of {@link Posix}
   * @return visits so far, failed ones included
   */
  public long visits(String call) {
    AtomicLong count = visits.get(call);
    return count == null ? 0 : count.get();
  }

  /** Counts a visit and tells whether it fails. */
  Optional<Errno> visit(String call) {
    long visit = visits.computeIfAbsent(call, name -> new AtomicLong()).incrementAndGet();
    return rules.getOrDefault(call, List.of()).stream()
        .filter(rule -> rule.visits().test(visit))
        .map(Rule::errno)
        .findFirst();
  }

  /** Tells the most bytes a visit may move. */
  long limit(String call) {
    return limits.getOrDefault(call, Long.MAX_VALUE);
  }

  /**
   * Lists what a call is documented to give.
   *
   * @param call name of a method of {@link Posix}
   * @return its error numbers
   * @throws IllegalArgumentException if there is no such call, or it gives none
   */
  public static Set<Errno> errnosOf(String call) {
    Set<Errno> errnos = DOCUMENTED.get(call);
    if (errnos == null) {
      throw new IllegalArgumentException("call=" + call + " is not documented to fail");
    }
    return Set.copyOf(errnos);
  }

  private static Map<String, Set<Errno>> documented() {
    Map<String, Set<Errno>> calls = new ConcurrentHashMap<>();
    for (Method method : Posix.class.getMethods()) {
      Set<Errno> errnos = calls.computeIfAbsent(method.getName(), name -> new HashSet<>());
      Errnos given = method.getAnnotation(Errnos.class);
      if (given != null) {
        errnos.addAll(Arrays.asList(given.value()));
        errnos.addAll(Arrays.asList(given.returned()));
      }
    }
    return calls;
  }
}
