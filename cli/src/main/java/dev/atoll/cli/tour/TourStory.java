/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.base.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The tour itself, step by step; each line says what a process has just answered. */
final class TourStory {
  private static final int SEGMENT_ID = 0x600000;
  private static final int SIGNAL_ROUNDS = 1_500;
  private static final int RECORDS_BEFORE_KILL = 2_000;
  private static final int RECORDS_AT_LEAST = 20;
  private static final long WRITING_NANOS = 1_000_000_000L;
  private static final int SHOWN_DIGITS = 16;
  private static final int KILLED = 137;
  private static final String REFUSED = "RSMERR_PERM_DENIED";
  private static final String ABORTED = "RSMERR_CONN_ABORTED";
  private static final String NOTE = "A second process was here, and wrote this line.";

  private final Narration narration;
  private final TourChildren children;
  private final TourDirectory directory;
  private final TourText text;
  private final OtherUser other;
  private final Clock clock = Clock.system();

  TourStory(
      Narration narration,
      TourChildren children,
      TourDirectory directory,
      TourText text,
      OtherUser other) {
    this.narration = narration;
    this.children = children;
    this.directory = directory;
    this.text = text;
    this.other = other;
  }

  /** The four processes that talk. */
  private record Cast(TourChild device, TourChild exporter, TourChild importer, TourChild reader) {}

  void tell() throws IOException, InterruptedException {
    narration.plain(
        "A file becomes memory that several programs share, and that outlives its owner.");
    narration.plain("Each line tells what a process has just read back.");
    OtherUser self = new OtherUser(-1, List.of(), "");
    TourChild device = children.startNode(other.isOther());
    TourChild exporter = children.startRole("exporter", self, "exporter", SEGMENT_ID);
    TourChild importer = children.startRole("importer", self, "importer", SEGMENT_ID);
    TourChild reader = children.startRole("reader", other, "importer", SEGMENT_ID);
    var cast = new Cast(device, exporter, importer, reader);
    String digest = share(cast);
    write(cast);
    readOnly(cast);
    figures(cast);
    long acknowledged = kill(cast);
    restart(cast, digest, acknowledged);
    end(cast);
  }

  private String share(Cast cast) throws IOException, InterruptedException {
    narration.step("A file becomes a persistent shared segment");
    String ready = cast.device().line();
    narration.say("The device, process %d, is %s.", cast.device().pid(), ready);
    String digest = TourFile.create(directory.segmentFile(), text.stream(), text.bytes());
    cast.exporter().answer();
    ChildAnswer opened = cast.exporter().ask("open");
    narration.say(
        "%s, %d bytes with SHA-256 %s..., was copied into a file of %s bytes (whole pages).",
        text.name(), text.bytes(), digest.substring(0, SHOWN_DIGITS), opened.text("sizeBytes"));
    narration.say(
        "Stores become durable %s by %s, with %s (%s).",
        unit(opened), unit(opened), opened.text("instruction"), opened.text("reason"));
    if (!opened.isTrue("isDurable")) {
      narration.say(
          "(%s is only memory: this file outlives its processes, not the power.)",
          opened.text("fileSystem"));
    }
    ChildAnswer published = cast.exporter().ask("publish");
    narration.say(
        "The exporter, process %d, maps the file and publishes it as segment %s:0x%x.",
        cast.exporter().pid(), published.text("node"), published.number("id"));
    narration.check("the segment has its id", published.number("id") == SEGMENT_ID);
    return digest;
  }

  private static String unit(ChildAnswer opened) {
    return switch (opened.text("granularity")) {
      case "PAGE" -> "page";
      case "CACHE_LINE" -> "cache line";
      default -> "byte";
    };
  }

  private void write(Cast cast) throws IOException, InterruptedException {
    narration.step("A second process uses it");
    cast.importer().answer();
    ChildAnswer connected = cast.importer().ask("connect READ_WRITE");
    narration.say(
        "Process %d connected and mapped it (%s us, the first time): the very same pages, no copy.",
        cast.importer().pid(), connected.text("micros"));
    ChildAnswer line = cast.importer().ask("firstline");
    narration.say("It reads the first line: \"%s\"", line.text("line"));
    cast.exporter().send("await");
    cast.importer().ask("note " + NOTE);
    narration.say("It stores a line of its own and posts a signal.");
    ChildAnswer heard = cast.exporter().answer();
    narration.say("The exporter got the signal (%s) and reads:", heard.text("outcome"));
    narration.say("\"%s\"", heard.text("note"));
    narration.check("the exporter sees what the importer stored", heard.says("note", NOTE));
  }

  private void readOnly(Cast cast) throws IOException, InterruptedException {
    narration.step("A third process may only read");
    cast.reader().answer();
    cast.reader().ask("connect READ");
    ChildAnswer line = cast.reader().ask("firstline");
    ChildAnswer refused = cast.reader().ask("refused");
    narration.say(
        "Process %d, %s, reads: \"%s\"",
        cast.reader().pid(),
        other.isOther() ? other.why() : "of the same user (" + other.why() + ")",
        line.text("line"));
    narration.say("It puts 8 bytes: %s.", refused.text("put"));
    narration.check("a put by the reader is refused", refused.says("put", REFUSED));
    narration.say(
        "Past the library, it asks the kernel to map its descriptor for writing: %s.",
        refused.text("map"));
    narration.check("the kernel refuses the mapping", refused.says("map", "EACCES"));
    if (other.isOther()) {
      narration.say(
          "It asks the device for the right to write: %s; and the kernel to open the file anew: %s.",
          refused.text("connect"), refused.text("reopen"));
      narration.check("the device refuses the right", refused.says("connect", REFUSED));
      narration.check("the kernel refuses the file", refused.says("reopen", "EACCES"));
    } else {
      narration.say(
          "Being the same user it could connect for writing instead: read-only protects this user"
              + " from mistakes, other users are held off by the kernel.");
    }
  }

  private void figures(Cast cast) throws IOException, InterruptedException {
    narration.step("How fast that is, here and now");
    // The first answer is thrown away: by the second, the compiler has seen every loop.
    cast.importer().ask("figures 30");
    ChildAnswer figures = cast.importer().ask("figures 120");
    say("put of 8 B", figures, "put8Nanos");
    say("get of 8 B", figures, "get8Nanos");
    say("put of 4 KiB", figures, "put4kNanos");
    say("get of 4 KiB", figures, "get4kNanos");
    double ratio = figures.decimal("accessRatio");
    narration.figure("accessRatio", ratio);
    narration.say("%-28s %8.2f times the time of private memory", "loads from mapped pages", ratio);
    cast.exporter().send("echo " + SIGNAL_ROUNDS);
    ChildAnswer signals = cast.importer().ask("signals " + SIGNAL_ROUNDS);
    narration.check(
        "each signal came back", cast.exporter().answer().number("done") == SIGNAL_ROUNDS);
    say("signal there and back", signals, "nanos");
    say("store and persist of 64 B", cast.exporter().ask("persist"), "nanos");
    narration.say("(medians of a moment; ./atoll bench compares with peers and floors)");
  }

  private void say(String what, ChildAnswer answer, String name) {
    double nanos = answer.decimal(name);
    narration.figure(what, nanos);
    if (nanos < 1_000) {
      narration.say("%-28s %8.1f ns", what, nanos);
    } else {
      narration.say("%-28s %8.1f us", what, nanos / 1_000);
    }
  }

  /** Kills the exporter while it writes; gives the number of the last record it promised. */
  private long kill(Cast cast) throws IOException, InterruptedException {
    narration.step("The exporter is killed in the middle of writing");
    cast.exporter().send("write");
    long end = clock.nanos() + WRITING_NANOS;
    long acknowledged = 0;
    while (acknowledged < RECORDS_AT_LEAST
        || (acknowledged < RECORDS_BEFORE_KILL / 2 && clock.nanos() - end < 0)) {
      acknowledged = Long.parseLong(cast.exporter().line());
    }
    long seen = cast.importer().ask("peek").number("last");
    cast.importer().ask("watch");
    cast.reader().ask("watch");
    while (acknowledged < RECORDS_BEFORE_KILL && clock.nanos() - end < 0) {
      acknowledged = Long.parseLong(cast.exporter().line());
    }
    long start = clock.nanos();
    cast.exporter().kill();
    ChildAnswer first = cast.importer().answer();
    long took = clock.nanos() - start;
    ChildAnswer second = cast.reader().answer();
    acknowledged = lastPromise(cast.exporter(), acknowledged);
    int code = cast.exporter().awaitDeath();
    narration.say(
        "It writes numbered records: payload, persist, commit word, persist; then it says so.");
    narration.say("The importer saw record %d appear in its own memory meanwhile.", seen);
    narration.say("kill -9 after it had promised record %d (exit code %d).", acknowledged, code);
    narration.check("the exporter died of SIGKILL", code == KILLED);
    narration.check("the importer saw records being written", seen > 0);
    seen(cast, first, second, took);
    return acknowledged;
  }

  private static long lastPromise(TourChild exporter, long acknowledged)
      throws InterruptedException {
    long last = acknowledged;
    for (Optional<String> line = exporter.lineOrEnd();
        line.isPresent();
        line = exporter.lineOrEnd()) {
      // A line that was cut by the kill promises nothing; the stream shows it as a smaller number.
      last = Math.max(last, Long.parseLong(line.get()));
    }
    return last;
  }

  private void seen(Cast cast, ChildAnswer first, ChildAnswer second, long tookNanos) {
    narration.step("What the importers see");
    narration.figure("noticedMillis", tookNanos / 1e6);
    narration.say(
        "Process %d knew %.1f ms after the kill: its wait for a signal ended with %s.",
        cast.importer().pid(), tookNanos / 1e6, first.text("outcome"));
    seen(cast.importer(), first);
    seen(cast.reader(), second);
  }

  private void seen(TourChild importer, ChildAnswer answer) {
    narration.say(
        "Process %d: isConnected=%s; get: %s; its mapping reads %s, and nothing crashed.",
        importer.pid(),
        answer.text("isConnected"),
        answer.text("get"),
        answer.isTrue("isZero") ? "zeros" : "old data");
    narration.check(
        "an importer is told of the end",
        answer.says("get", ABORTED) && answer.isTrue("isZero") && !answer.isTrue("isConnected"));
  }

  private void restart(Cast cast, String digest, long acknowledged)
      throws IOException, InterruptedException {
    narration.step("The exporter starts again");
    OtherUser self = new OtherUser(-1, List.of(), "");
    TourChild again = children.startRole("exporter-2", self, "exporter", SEGMENT_ID);
    again.answer();
    ChildAnswer opened = again.ask("open");
    long whole = opened.number("whole");
    long torn = opened.number("torn");
    narration.figure("recoveryMillis", opened.decimal("micros") / 1e3);
    narration.say(
        "Process %d opened the file and checked every record in %.1f ms, its first calls included.",
        again.pid(), opened.number("micros") / 1e3);
    narration.say(
        "Promised before the kill: %d. Found whole: %d. Torn: %d.", acknowledged, whole, torn);
    narration.check("every promised record is there", whole >= acknowledged);
    narration.check("no record is torn", torn == 0);
    again.ask("publish");
    cast.importer().ask("connect READ_WRITE");
    ChildAnswer verified = cast.importer().ask("verify");
    boolean isSame = verified.says("digest", digest);
    narration.say(
        "The importer connected anew: %s has SHA-256 %s..., %s.",
        text.name(),
        verified.text("digest").substring(0, SHOWN_DIGITS),
        isSame ? "the same" : "ANOTHER");
    narration.say("Its own line is still there: \"%s\"", verified.text("note"));
    narration.check("the text is intact", isSame);
    narration.check("the importer's line is intact", verified.says("note", NOTE));
    narration.check("the importer finds the same records", verified.number("whole") == whole);
    withdraw(cast, again);
    again.send("quit");
    again.awaitDeath();
  }

  private void withdraw(Cast cast, TourChild exporter) throws IOException, InterruptedException {
    narration.step("The exporter withdraws its segment");
    cast.importer().ask("watch");
    ChildAnswer withdrawn = exporter.ask("withdraw");
    narration.say(
        "Process %d took the segment back (%s us): the importer's pages were swapped in place.",
        exporter.pid(), withdrawn.text("micros"));
    seen(cast.importer(), cast.importer().answer());
    exporter.ask("narrow");
    String writing = cast.importer().ask("try READ_WRITE").text("answer");
    String reading = cast.importer().ask("try READ").text("answer");
    narration.say(
        "Published again, for reading only: READ_WRITE is %s, READ is %s.", writing, reading);
    narration.check("the new list refuses writing", writing.equals(REFUSED));
    narration.check("the new list grants reading", reading.equals("granted"));
  }

  private void end(Cast cast) throws IOException, InterruptedException {
    cast.importer().send("quit");
    cast.reader().send("quit");
    narration.check("the importer left in order", cast.importer().awaitDeath() == 0);
    narration.check("the reader left in order", cast.reader().awaitDeath() == 0);
    cast.device().release();
    narration.check("the device left in order", cast.device().awaitDeath() == 0);
  }
}
