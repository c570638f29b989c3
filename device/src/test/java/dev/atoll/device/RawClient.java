/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.ReplyCodec;
import dev.atoll.link.Request;
import dev.atoll.link.RequestCodec;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import dev.atoll.posix.ReceivedMessage;
import dev.atoll.posix.WaitCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program that says to the device whatever a test wants, without the library's good manners. */
final class RawClient implements AutoCloseable {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

  private final Posix posix = Posix.system();
  private final Descriptor socket;
  private final MemorySegment buffer =
      Arena.ofAuto().allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES);
  private final List<Notification> notifications = new ArrayList<>();
  private List<Descriptor> lastDescriptors = List.of();
  private final List<Descriptor> received = new ArrayList<>();
  private long correlation;

  RawClient(Path path) {
    socket = posix.connectUnix(path);
  }

  static RawClient greeted(Path path) {
    var client = new RawClient(path);
    Reply welcome = client.ask(new Request.Hello(LinkLimits.VERSION, 4096));
    if (!(welcome instanceof Reply.Welcome)) {
      throw new AssertionError("greeted with " + welcome);
    }
    return client;
  }

  /** Sends a request and waits for its answer; descriptors that come are kept for a look. */
  Reply ask(Request request, Descriptor... passed) {
    send(RequestCodec.encode(buffer, ++correlation, request), passed);
    return awaitReply();
  }

  /** Sends a request and waits for nothing; false if the device does not take it now. */
  boolean tell(Request request, Descriptor... passed) {
    return send(RequestCodec.encode(buffer, ++correlation, request), passed);
  }

  /** Sends a request that is not answered; false if the device does not take it now. */
  boolean say(Request request, Descriptor... passed) {
    return send(RequestCodec.encode(buffer, LinkLimits.UNANSWERED, request), passed);
  }

  Descriptor socket() {
    return socket;
  }

  /** Sends any bytes; false if the device does not take them. */
  boolean send(MemorySegment block, Descriptor... passed) {
    return posix.sendMessage(socket, block, List.of(passed)) > 0;
  }

  /** Waits for a reply; null at the end of the connection. */
  Reply awaitReply() {
    while (true) {
      List<Reply> replies = new ArrayList<>();
      ReceivedMessage message = receive();
      if (message.length() <= 0) {
        return null;
      }
      ReplyCodec.decode(
          buffer.asSlice(0, message.length()),
          new ReplyCodec.Sink() {
            @Override
            public void replied(long correlation, Reply reply) {
              replies.add(reply);
            }

            @Override
            public void notified(Notification notification) {
              notifications.add(notification);
            }
          });
      takeDescriptors(message.descriptors(), !replies.isEmpty());
      if (!replies.isEmpty()) {
        return replies.getFirst();
      }
    }
  }

  /** Those of a notification are nobody's business here. */
  private void takeDescriptors(List<Descriptor> descriptors, boolean isReply) {
    received.addAll(descriptors);
    if (isReply) {
      lastDescriptors = descriptors;
    } else {
      descriptors.forEach(Descriptor::close);
    }
  }

  private ReceivedMessage receive() {
    var set = new PollSet(1);
    set.add(socket, WaitCalls.POLLIN);
    if (posix.poll(set, PATIENCE_NANOS) <= 0) {
      throw new AssertionError("the device says nothing");
    }
    ReceivedMessage message = posix.receiveMessage(socket, buffer);
    return message.length() == -Errno.ECONNRESET.number()
        ? new ReceivedMessage(0, List.of(), false)
        : message;
  }

  /** The descriptors of the last reply; the test closes them. */
  List<Descriptor> lastDescriptors() {
    return lastDescriptors;
  }

  List<Notification> notifications() {
    return notifications;
  }

  @Override
  public void close() {
    received.forEach(Descriptor::close);
    socket.close();
  }
}
