/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A session with a device in the same process: requests are handed over as they are. */
public final class EmbeddedSession extends CallingSession {
  private static final System.Logger LOG = System.getLogger(EmbeddedSession.class.getName());

  private final ExecutorService service =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("atoll-service").daemon(true).factory());
  private DevicePort.@Nullable Channel channel;

  private EmbeddedSession(Posix posix) {
    super(posix);
  }

  /**
   * Opens a session.
   *
   * @param posix the operating system
   * @param port of the device
   * @return the open session
   * @throws InterruptedException if interrupted meanwhile
   * @throws LinkException if the device refuses
   */
  public static EmbeddedSession open(Posix posix, DevicePort port) throws InterruptedException {
    var session = new EmbeddedSession(posix);
    session.channel = port.open(session.new FromDevice());
    session.greet(false);
    return session;
  }

  @Override
  void transmit(long correlation, Request request, List<Descriptor> passed) {
    List<Descriptor> copies = new ArrayList<>(passed.size());
    try {
      for (Descriptor descriptor : passed) {
        copies.add(posix().duplicate(descriptor));
      }
    } catch (RuntimeException e) {
      copies.forEach(Descriptor::close);
      throw e;
    }
    channel().submit(new Request.Envelope(correlation, request, copies));
  }

  @Override
  void shutCarrier() {
    channel().close();
    service.shutdown();
  }

  private DevicePort.Channel channel() {
    DevicePort.Channel current = channel;
    if (current == null) {
      throw new IllegalStateException("the session is not open yet");
    }
    return current;
  }

  /** What the device says; called by its loop, so nothing here waits. */
  private final class FromDevice implements DevicePort.Events {
    @Override
    public void replied(long correlation, Reply reply, List<Descriptor> descriptors) {
      takeReply(correlation, reply, descriptors);
    }

    @Override
    public void notified(Notification notification, List<Descriptor> descriptors) {
      try {
        service.execute(() -> takeNotification(notification, descriptors));
      } catch (RejectedExecutionException e) {
        descriptors.forEach(Descriptor::close);
        // The session is being closed, which frees the import that the notification is about.
        LOG.log(Level.DEBUG, "event=notification-after-close notification={0}", notification);
      }
    }

    @Override
    public void lost() {
      lose();
    }
  }
}
