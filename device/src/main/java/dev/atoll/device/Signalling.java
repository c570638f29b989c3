/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;

/** What a device does with signals. Owned by the loop. */
final class Signalling {
  private Signalling() {}

  static void post(ClientSession session, long correlation, Request.SignalPost request) {
    switch (session.handles().find(request.handle())) {
      case null -> session.reply(correlation, Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
      case ExportSegmentState export -> {
        for (ImportSegmentState each : export.imports()) {
          if (each.phase() == ImportSegmentState.Phase.CONNECTED) {
            credit(each);
          }
        }
        session.reply(correlation, new Reply.Done());
      }
      case ImportSegmentState state -> {
        if (state.phase() == ImportSegmentState.Phase.CONNECTED) {
          credit(state.export());
          session.reply(correlation, new Reply.Done());
        } else {
          session.reply(correlation, Reply.Refused.of(RsmError.CONN_ABORTED, ""));
        }
      }
    }
  }

  private static void credit(SegmentState target) {
    target.session().signals().post(target.handle());
    Site.hit("signal.posted");
  }
}
