/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.channel.ChannelOptions;
import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.SendOutcome;
import dev.atoll.memory.FramePositions;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Controller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Code that the Javadoc and docs/howto-channel.md show; {@code ChannelContract} runs it. */
final class ChannelSnippets {
  private ChannelSnippets() {}

  static void receive(Node node, List<String> heard, Runnable published)
      throws InterruptedException {
    // @start region="receive"
    Controller loopback = node.controller("loopback");
    try (SharedMemory memory = node.allocate(1 << 20);
        ChannelReceiver channel =
            ChannelReceiver.create(loopback, memory, 4, ChannelOptions.standard())) {
      channel.publish(0x600100);
      published.run(); // @replace regex='.*' replacement="// tell the senders the id"
      while (heard.size() < 3) {
        if (channel.await(Duration.ofSeconds(10))) {
          int _ =
              channel.poll(
                  (buffer, offset, length, type) -> {
                    byte[] text = buffer.asSlice(offset, length).toArray(JAVA_BYTE);
                    heard.add(type + " " + new String(text, StandardCharsets.UTF_8));
                  },
                  64);
        }
      }
    }
    // @end
  }

  static SendOutcome send(Node node) {
    // @start region="send"
    Controller loopback = node.controller("loopback");
    try (ChannelSender channel = ChannelSender.connect(loopback, node.nodeId(), 0x600100)) {
      byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
      SendOutcome outcome = channel.offer(hello, 0, hello.length, 1);
      if (outcome == SendOutcome.FULL) {
        outcome = channel.offer(hello, 0, hello.length, 1); // later: the receiver is behind
      }
      return outcome;
    }
    // @end
  }

  static SendOutcome sendInPlace(ChannelSender channel) {
    // @start region="sendInPlace"
    SendOutcome outcome = channel.claim(16, 2);
    if (outcome != SendOutcome.ACCEPTED) {
      return outcome;
    }
    channel.buffer().set(JAVA_LONG, channel.offset(), 0x6464646464646464L);
    channel.buffer().set(JAVA_LONG, channel.offset() + 8, 0x6565656565656565L);
    return channel.commit();
    // @end
  }

  static long unread(ChannelSender channel) {
    // @start region="positions"
    FramePositions positions = channel.positions();
    long unreadBytes = positions.producerBytes() - positions.consumerBytes();
    // @end
    return unreadBytes;
  }
}
