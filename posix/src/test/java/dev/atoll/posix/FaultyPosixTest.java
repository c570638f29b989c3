/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FaultyPosixTest {
  private final Posix posix = Posix.system();

  static Stream<Arguments> everyCallAndErrno() {
    return Arrays.stream(Posix.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Errnos.class))
        .flatMap(method -> {
          Errnos errnos = method.getAnnotation(Errnos.class);
          return Stream.concat(
              Arrays.stream(errnos.value()).map(e -> Arguments.of(method, e, false)),
              Arrays.stream(errnos.returned()).map(e -> Arguments.of(method, e, true)));
        });
  }

  @ParameterizedTest
  @MethodSource("everyCallAndErrno")
  void everyCallGivesEachErrnoInTheDocumentedWay(Method method, Errno errno, boolean isReturned)
      throws Exception {
    FaultPlan plan = FaultPlan.always(method.getName(), errno);
    Posix twin = FaultyPosix.wrap(posix, plan);
    Object result;
    try {
      result = method.invoke(twin, arguments(method, twin));
    } catch (InvocationTargetException e) {
      assertThat(isReturned).isFalse();
      assertThat(e.getTargetException())
          .isInstanceOfSatisfying(
              ErrnoException.class,
              thrown -> {
                assertThat(thrown.errno()).isEqualTo(errno);
                assertThat(thrown.call()).isEqualTo(method.getName());
                assertThat(thrown.code()).isEqualTo(errno.name());
              });
      assertThat(plan.visits(method.getName())).isEqualTo(1);
      return;
    }
    assertThat(isReturned).isTrue();
    long number =
        result instanceof ReceivedMessage message
            ? message.length()
            : ((Number) result).longValue();
    assertThat(number).isEqualTo(-errno.number());
  }

  private Object[] arguments(Method method, Posix twin) {
    return Arrays.stream(method.getParameterTypes())
        .map(type -> argument(type, method.getName().equals("close") ? open() : 0, twin))
        .toArray();
  }

  /** A number that close may really close. */
  private int open() {
    return posix.memfd("to be closed").disown();
  }

  private static Object argument(Class<?> type, int number, Posix twin) {
    if (type == int.class) {
      return number;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == Path.class) {
      return Path.of("/");
    }
    if (type == String.class) {
      return "subject";
    }
    if (type == MemorySegment.class) {
      return MemorySegment.NULL;
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == BitSet.class) {
      return new BitSet();
    }
    if (type == InetSocketAddress.class) {
      return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    }
    if (type == IoVector.class) {
      return new IoVector(1);
    }
    if (type == PollSet.class) {
      return new PollSet(1);
    }
    if (type == PollEvents.class) {
      return new PollEvents(1);
    }
    if (type == Descriptor.class) {
      return new Descriptor(twin, 0, "never touched");
    }
    throw new AssertionError("no argument of " + type);
  }

  @Test
  void onlyCallsWithANumberOrAMessageReturnErrnos() {
    assertThat(Posix.class.getMethods())
        .filteredOn(method -> method.isAnnotationPresent(Errnos.class))
        .filteredOn(method -> method.getAnnotation(Errnos.class).returned().length > 0)
        .hasSizeGreaterThan(10)
        .allSatisfy(method ->
            assertThat(method.getReturnType()).isIn(int.class, long.class, ReceivedMessage.class));
  }

  @Test
  void failsTheNthVisitOnly() {
    FaultPlan plan = FaultPlan.once("memfd", 2, Errno.EMFILE);
    Posix twin = FaultyPosix.wrap(posix, plan);
    twin.memfd("first").close();
    Expect.errno(Errno.EMFILE, () -> twin.memfd("second"));
    twin.memfd("third").close();
    assertThat(plan.visits("memfd")).isEqualTo(3);
    assertThat(plan.visits("mmap")).isZero();
  }

  @Test
  void failsByPredicateAndStopsWhenCleared() {
    var plan = new FaultPlan().fail("memfd", Errno.ENFILE, visit -> visit % 2 == 0);
    Posix twin = FaultyPosix.wrap(posix, plan);
    twin.memfd("1").close();
    Expect.errno(Errno.ENFILE, () -> twin.memfd("2"));
    twin.memfd("3").close();
    plan.clear();
    twin.memfd("4").close();
  }

  @Test
  void refusesPlansThatNoSystemWouldCarryOut() {
    assertThatThrownBy(() -> FaultPlan.always("memfd", Errno.ECONNRESET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EMFILE");
    assertThatThrownBy(() -> FaultPlan.always("nothing", Errno.EIO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FaultPlan().shorten("mmap", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closeReleasesTheDescriptorEvenWhenItFails() {
    FaultPlan plan = FaultPlan.always("close", Errno.EIO);
    Posix twin = FaultyPosix.wrap(posix, plan);
    Descriptor memfd = twin.memfd("test");
    int number = memfd.number();
    Expect.errno(Errno.EIO, memfd::close);
    assertThat(memfd.isOpen()).isFalse();
    Expect.errno(Errno.EBADF, () -> posix.close(number, "gone"));
  }

  @Test
  void descriptorsOfTheTwinAreClosedThroughIt() {
    var plan = new FaultPlan();
    Posix twin = FaultyPosix.wrap(posix, plan);
    List<Descriptor> pair = twin.socketPair();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment byteOfData = arena.allocate(1);
      assertThat(twin.sendMessage(pair.get(0), byteOfData, pair)).isEqualTo(1);
      twin.receiveMessage(pair.get(1), byteOfData).closeDescriptors();
    }
    pair.forEach(Descriptor::close);
    assertThat(plan.visits("close")).isEqualTo(4);
  }

  @Test
  void transfersCanBeShort() {
    var plan =
        new FaultPlan()
            .shorten("pwrite", 3)
            .shorten("pread", 2)
            .shorten("send", 1)
            .shorten("receive", 2)
            .shorten("writev", 5)
            .shorten("readv", 4);
    Posix twin = FaultyPosix.wrap(posix, plan);
    try (Arena arena = Arena.ofConfined();
        Descriptor memfd = twin.memfd("test")) {
      MemorySegment ten = arena.allocate(10);
      assertThat(twin.pwrite(memfd, ten, 0)).isEqualTo(3);
      assertThat(twin.pread(memfd, ten, 0)).isEqualTo(2);
      List<Descriptor> pair = twin.socketPair();
      assertThat(twin.send(pair.get(0), ten)).isEqualTo(1);
      assertThat(twin.receive(pair.get(1), ten, 0)).isEqualTo(1);
      var vector = new IoVector(3);
      for (int i = 0; i < 3; i++) {
        vector.add(ten.asSlice(i * 3L, 3));
      }
      assertThat(twin.writev(pair.get(0), vector)).isEqualTo(5);
      assertThat(twin.readv(pair.get(1), vector)).isEqualTo(4);
      assertThat(vector.totalBytes()).isEqualTo(9);
      pair.forEach(Descriptor::close);
    }
  }

  @Test
  void twinIsEqualToItselfAlone() {
    Posix twin = FaultyPosix.wrap(posix, new FaultPlan());
    Posix other = FaultyPosix.wrap(posix, new FaultPlan());
    assertThat(List.of(other, twin)).contains(twin).doesNotContain(posix);
    assertThat(List.of(other)).doesNotContain(twin);
    assertThat(new HashSet<>(List.of(twin, other))).hasSize(2);
    assertThat(twin.toString()).startsWith("FaultyPosix[");
  }
}
