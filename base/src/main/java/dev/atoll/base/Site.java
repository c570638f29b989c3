/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import org.jspecify.annotations.Nullable;

/**
 * Named steps of protocols, at which tests delay, fail or kill a process.
 *
 * <p>Each step of a protocol that could leave something behind calls {@code Site.hit("name")} with
 * a literal. Without a hook a hit is one load and one branch; sites stand on control paths only,
 * never on hot ones. {@code docs/sites.md} is the generated list, and a test fails if a site on it
 * was never hit.
 *
 * <p>A forked process takes its hook from the system property {@value #PROPERTY}; see {@link
 * SiteHooks}.
 */
public final class Site {
  /** The system property that installs a hook in a forked process. */
  public static final String PROPERTY = "atoll.sites";

  private static final @Nullable Hook ALWAYS = SiteHooks.fromProperty(PROPERTY);
  private static volatile @Nullable Hook hook = ALWAYS;

  private Site() {}

  /** What happens at a site. */
  @FunctionalInterface
  public interface Hook {
    /**
     * Is called by the thread that reaches a site. It may return, block, or throw.
     *
     * @param site the name of the site
     */
    void reached(String site);
  }

  /**
   * Marks that the calling thread has reached a step.
   *
   * @param site the literal name of the step, {@code protocol.step} in lower case
   */
  public static void hit(String site) {
    Hook current = hook;
    if (current != null) {
      current.reached(site);
    }
  }

  /**
   * Installs a hook for this process, for tests; that of the system property goes on beside it.
   *
   * @param next the hook, or null to take it away
   */
  public static void install(@Nullable Hook next) {
    if (next == null) {
      hook = ALWAYS;
    } else {
      hook = ALWAYS == null ? next : both(ALWAYS, next);
    }
  }

  private static Hook both(Hook first, Hook second) {
    return site -> {
      first.reached(site);
      second.reached(site);
    };
  }
}
