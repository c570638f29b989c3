/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the memory that exporters offer, after a worker has looked at it. Owned by the loop. */
final class Offers {
  private static final int FILES_LEAST = 2;
  private static final int FILES_MOST = 3;

  private final AgentPorts ports;
  private final ExportFileCheck fileCheck;
  private final long pageSize;

  Offers(AgentPorts ports, ExportFileCheck fileCheck, long pageSize) {
    this.ports = ports;
    this.fileCheck = fileCheck;
    this.pageSize = pageSize;
  }

  /**
   * Checks an offer. Owns the envelope's descriptors: they are closed and the request refused, or
   * they end in the files that the action gets, on the loop, later.
   */
  void check(
      ClientSession session,
      Request.Envelope envelope,
      Placement placement,
      Consumer<ExportFiles> whenGood) {
    List<Descriptor> offered = envelope.descriptors();
    Reply.Refused fault = findFault(placement, offered);
    if (fault != null) {
      refuse(session, envelope, fault);
      return;
    }
    Callable<ExportFileCheck.Verdict> look = () -> fileCheck.look(placement, offered);
    boolean isTaken =
        ports.work(
            look,
            (verdict, failure) -> {
              Site.hit("export.checked");
              if (verdict != null && verdict.files() != null) {
                whenGood.accept(verdict.files());
              } else {
                refuse(session, envelope, refusalOf(verdict, failure));
              }
            });
    if (!isTaken) {
      refuse(
          session,
          envelope,
          Reply.Refused.of(RsmError.INSUFFICIENT_RESOURCES, "the device is busy; try again"));
    }
  }

  private Reply.@Nullable Refused findFault(Placement placement, List<Descriptor> offered) {
    if (offered.size() < FILES_LEAST || offered.size() > FILES_MOST) {
      return Reply.Refused.of(RsmError.BAD_ADDR, "two or three descriptors go with an export");
    }
    long size = placement.size();
    long offset = placement.fileOffset();
    if (size <= 0 || size > Long.MAX_VALUE - offset) {
      return Reply.Refused.of(RsmError.BAD_LENGTH, "size=" + size);
    }
    if (!Ranges.isAligned(size, pageSize) || !Ranges.isAligned(offset, pageSize) || offset < 0) {
      return Reply.Refused.of(
          RsmError.BAD_MEM_ALIGNMENT, "size=" + size + " offset=" + offset + " page=" + pageSize);
    }
    return null;
  }

  /** Refuses a request that came with descriptors, and closes them. */
  void refuse(ClientSession session, Request.Envelope envelope, Reply.Refused refused) {
    envelope.descriptors().forEach(ports::close);
    session.reply(envelope.correlation(), refused);
  }

  private static Reply.Refused refusalOf(
      ExportFileCheck.@Nullable Verdict verdict, @Nullable Throwable failure) {
    if (verdict != null && verdict.fault() != null) {
      return verdict.fault();
    }
    boolean isExhausted =
        failure instanceof ErrnoException e
            && (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE);
    return Reply.Refused.of(
        isExhausted ? RsmError.INSUFFICIENT_RESOURCES : RsmError.BAD_ADDR, String.valueOf(failure));
  }
}
