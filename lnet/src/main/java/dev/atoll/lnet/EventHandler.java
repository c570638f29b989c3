/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * Hears what happens to memory descriptors ({@code lnet_handler_t}).
 *
 * <p>Is called on the loop, never two at a time and never within another call of a handler: what a
 * handler causes is reported after it has returned, in order. It may put, get, attach, bind and
 * unlink, which LNet forbids; it must not block.
 */
@FunctionalInterface
public interface EventHandler {
  /**
   * Takes an event.
   *
   * @param event valid until the handler returns; it is used again
   */
  void handle(LnetEvent event);
}
