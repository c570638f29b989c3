/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The rules about who may use what, for the packages below a root. The root of the house is {@code
 * dev.atoll}; fixtures that break the rules live below another, so that the very same rules can be
 * seen to fail.
 *
 * @param root the package below which each module has a package of its own name
 */
record Floors(String root) {
  /** What each module may use beside itself; a module that is not here is not known yet. */
  static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("base", Set.of()),
          Map.entry("posix", Set.of("base")),
          Map.entry("memory", Set.of("base", "posix")),
          Map.entry("loop", Set.of("base", "posix")),
          Map.entry("pmem", Set.of("base", "posix", "memory")),
          Map.entry("link", Set.of("base", "posix", "memory", "loop")),
          Map.entry("lnet", Set.of("base", "posix", "memory", "loop")),
          Map.entry("device", Set.of("base", "posix", "memory", "loop", "link")),
          Map.entry("rsm", Set.of("base", "posix", "memory", "link")),
          Map.entry(
              "atoll",
              Set.of("base", "posix", "memory", "loop", "pmem", "link", "lnet", "device", "rsm")),
          Map.entry(
              "cli",
              Set.of(
                  "base", "posix", "memory", "loop", "pmem", "link", "lnet", "device", "rsm",
                  "atoll")),
          Map.entry(
              "bench",
              Set.of(
                  "base", "posix", "memory", "loop", "pmem", "link", "lnet", "device", "rsm",
                  "atoll")),
          Map.entry("testkit", Set.of("base", "posix", "memory", "loop")),
          Map.entry("sim", Set.of("base", "posix", "memory", "loop", "lnet")),
          Map.entry("stress", Set.of("base", "posix", "memory", "loop", "link")));

  /** Packages beside the one of a module's own name, and their modules. */
  private static final Map<String, String> FURTHER_PACKAGES = Map.of("channel", "rsm");

  /** The modules that programs depend on; they bring nothing else with them. */
  static final List<String> LIBRARY =
      List.of("base", "posix", "memory", "loop", "pmem", "link", "lnet", "device", "rsm", "atoll");

  /** What the modules that are no library may use beside the JDK. */
  private static final Map<String, List<String>> FOREIGN =
      Map.of(
          "cli", List.of("picocli.", "com.fasterxml.jackson.", "org.snakeyaml."),
          "bench", List.of("org.openjdk.jmh.", "picocli.", "io.aeron.", "org.agrona."));

  /** Exported by the module jdk.management and supported; these count allocations with it. */
  private static final String JDK_MANAGEMENT = "com.sun.management.";

  private static final Set<String> COUNTING_MODULES = Set.of("bench", "testkit");

  /** The C libraries that bench compares with: a class for each, which ships with nothing. */
  private static final Set<String> NATIVE_PEERS = Set.of(".bench.Libpmem", ".bench.Ucx");

  private static final List<String> FORBIDDEN_TO_ALL = List.of("sun.", "jdk.internal.", "com.sun.");

  private static final Set<String> NATIVE_TYPES =
      Set.of("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup");
  private static final Set<String> NATIVE_METHODS =
      Set.of(
          "java.lang.foreign.MemorySegment.reinterpret",
          "java.lang.foreign.MemorySegment.ofAddress",
          "java.lang.foreign.AddressLayout.withTargetLayout",
          "java.lang.System.load",
          "java.lang.System.loadLibrary",
          "java.lang.Runtime.load",
          "java.lang.Runtime.loadLibrary");

  /**
   * The state machines: what they do follows from what they are told, so that a simulator can run
   * them. Nested classes count as their outer ones.
   */
  static final Map<String, Set<String>> STATE_MACHINES =
      Map.of(
          "memory", Set.of("SlotRing", "PageSlab"),
          "loop", Set.of("TimerWheel"),
          "lnet",
              Set.of(
                  "LnetCore",
                  "Portals",
                  "MatchTable",
                  "MatchChain",
                  "MatchEntry",
                  "MatchSpec",
                  "MemoryDescriptor",
                  "Descriptors",
                  "Arrivals",
                  "Departures",
                  "AwaitedAnswer",
                  "AwaitedAnswers",
                  "DelayedPuts",
                  "EventQueue",
                  "LnetEvent",
                  "LnetCounters",
                  "MessagePool",
                  "LoopbackLnd",
                  "LnetEngine",
                  "LocalInterface",
                  "Interfaces",
                  "Inbound",
                  "Outbound",
                  "MessageQueue",
                  "Peer",
                  "Peers",
                  "PeerTable",
                  "Findings",
                  "Discovery",
                  "Recovery",
                  "Pings",
                  "Pushes",
                  "PingTarget",
                  "PushTarget",
                  "OwnInfo",
                  "Routes",
                  "Gateways",
                  "ActiveGreeting",
                  "PassiveGreeting",
                  "Identity",
                  "Neighbour",
                  "Connection",
                  "Receiver",
                  "Sender",
                  "Batch",
                  "Backoff",
                  "ConnectionChoice",
                  "CookieQueue"),
          "device",
              Set.of(
                  "SegmentAgent",
                  "Exports",
                  "Imports",
                  "Revocation",
                  "Signalling",
                  "SegmentIds",
                  "HandleTable",
                  "ClientSession",
                  "ExportSegmentState",
                  "ImportSegmentState"));

  private static final Set<String> OUTER_WORLD =
      Set.of(
          "java.lang.Thread",
          "java.util.Random",
          "java.security.SecureRandom",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.util.concurrent.Executors",
          "java.util.concurrent.locks.LockSupport",
          "java.time.Instant",
          "java.time.LocalDateTime",
          "java.time.ZonedDateTime");
  private static final Set<String> OUTER_METHODS =
      Set.of(
          "java.lang.System.nanoTime",
          "java.lang.System.currentTimeMillis",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID",
          "java.time.Clock.systemUTC");

  /** A hint to the processor, not a thread operation. */
  private static final String SPIN_HINT = "java.lang.Thread.onSpinWait";

  /**
   * SiteHooks prints for the test that forked the process and reads its standard error; NodeDaemon
   * is a main class and prints one line when it is ready.
   */
  private static final Set<String> SPEAKING_CLASSES = Set.of(".base.SiteHooks", ".NodeDaemon");

  private static final Set<String> SPEAKING_MODULES = Set.of("cli", "bench", "testkit");

  /** Each module uses only what stands below it. */
  ArchRule mayUseOnlyWhatStandsBelow() {
    return everyClass(
        "use only what stands below its module",
        type -> type.getDirectDependenciesFromSelf().stream().map(this::breachOfFloor).toList());
  }

  /** Native calls and widened segments are the business of one module. */
  ArchRule onlyPosixIsNative() {
    return everyClass(
        "leave native calls to posix",
        type ->
            moduleOf(type).equals("posix") || isNativePeer(type)
                ? List.of()
                : accesses(type, this::breachOfNative));
  }

  private boolean isNativePeer(JavaClass type) {
    return NATIVE_PEERS.stream().anyMatch(peer -> type.getName().equals(root + peer));
  }

  /** Persistent memory knows no network. */
  ArchRule pmemKnowsNoNetwork() {
    return everyClass(
        "know no network if it is of pmem",
        type ->
            type.getDirectDependenciesFromSelf().stream()
                .filter(each -> moduleOf(type).equals("pmem") && isNetwork(each.getTargetClass()))
                .map(Dependency::getDescription)
                .toList());
  }

  /** Printing is for the command line. */
  ArchRule onlyTheCommandLinePrints() {
    return everyClass(
        "not print unless it is of the command line",
        type ->
            SPEAKING_MODULES.contains(moduleOf(type))
                    || SPEAKING_CLASSES.contains(outermost(type).getName().substring(root.length()))
                ? List.of()
                : accesses(type, Floors::breachOfSilence));
  }

  /** No clock, thread or random number in state machines. */
  ArchRule stateMachinesAreClosed() {
    return everyClass(
        "have no clock, thread or random number if it is a state machine",
        type -> isStateMachine(type) ? accesses(type, this::breachOfClosure) : List.of());
  }

  /** Packages do not use each other in a circle. */
  ArchRule noCycles() {
    return SlicesRuleDefinition.slices().matching(root + ".(*)..").should().beFreeOfCycles();
  }

  private ArchRule everyClass(String rule, Function<JavaClass, List<String>> breaches) {
    return ArchRuleDefinition.classes()
        .that()
        .resideInAPackage(root + "..")
        .should(
            new ArchCondition<JavaClass>(rule) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                breaches.apply(type).stream()
                    .filter(breach -> !breach.isEmpty())
                    .forEach(breach -> events.add(SimpleConditionEvent.violated(type, breach)));
              }
            });
  }

  private static List<String> accesses(JavaClass type, Function<JavaAccess<?>, String> breach) {
    return type.getAccessesFromSelf().stream().map(breach).toList();
  }

  private String breachOfFloor(Dependency dependency) {
    String module = moduleOf(dependency.getOriginClass());
    JavaClass target = dependency.getTargetClass().getBaseComponentType();
    String name = target.getName();
    boolean isAllowed;
    if (target.isPrimitive()) {
      isAllowed = true;
    } else if (COUNTING_MODULES.contains(module) && name.startsWith(JDK_MANAGEMENT)) {
      isAllowed = true;
    } else if (isInside(target)) {
      String other = moduleOf(target);
      isAllowed = module.equals(other) || mayUse(module).contains(other);
    } else {
      isAllowed =
          FORBIDDEN_TO_ALL.stream().noneMatch(name::startsWith)
              && (name.startsWith("java.")
                  || name.startsWith("org.jspecify.")
                  || FOREIGN.getOrDefault(module, List.of()).stream().anyMatch(name::startsWith));
    }
    return isAllowed ? "" : module + " may not use it: " + dependency.getDescription();
  }

  private static Set<String> mayUse(String module) {
    Set<String> allowed = MAY_USE.get(module);
    if (allowed == null) {
      throw new IllegalStateException("module=" + module + " has no floor; add it to Floors");
    }
    return allowed;
  }

  private String breachOfNative(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    boolean isNative =
        NATIVE_METHODS.contains(owner + "." + access.getName())
            || NATIVE_TYPES.stream().anyMatch(owner::startsWith);
    return isNative ? access.getDescription() : "";
  }

  private static String breachOfSilence(JavaAccess<?> access) {
    boolean isStream =
        access.getTargetOwner().getName().equals("java.lang.System")
            && Set.of("out", "err").contains(access.getName());
    return isStream ? access.getDescription() : "";
  }

  private String breachOfClosure(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String member = owner + "." + access.getName();
    boolean isOpen =
        OUTER_WORLD.contains(owner)
            || OUTER_METHODS.contains(member)
            || member.equals(root + ".base.Clock.system")
            || member.equals(root + ".posix.Posix.system");
    return isOpen && !member.equals(SPIN_HINT) ? access.getDescription() : "";
  }

  private static boolean isNetwork(JavaClass type) {
    String name = type.getName();
    return name.startsWith("java.net.")
        || (name.startsWith("java.nio.channels.") && name.contains("Socket"))
        || name.startsWith("javax.net.")
        || name.endsWith(".posix.SocketCalls")
        || name.endsWith(".posix.SocketAddresses");
  }

  private boolean isStateMachine(JavaClass type) {
    return isInside(type)
        && STATE_MACHINES
            .getOrDefault(moduleOf(type), Set.of())
            .contains(outermost(type).getSimpleName());
  }

  private static JavaClass outermost(JavaClass type) {
    JavaClass outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }

  boolean isInside(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(root) || name.startsWith(root + ".");
  }

  /** The module of a class: the package after the root; the front door has the root itself. */
  String moduleOf(JavaClass type) {
    String rest = type.getPackageName().substring(root.length());
    if (rest.isEmpty()) {
      return "atoll";
    }
    String first = rest.substring(1).split("\\.", 2)[0];
    return MAY_USE.containsKey(first) ? first : FURTHER_PACKAGES.getOrDefault(first, "atoll");
  }
}
