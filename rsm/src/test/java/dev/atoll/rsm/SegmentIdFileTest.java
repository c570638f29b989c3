/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentIdFileTest {
  @TempDir Path temporary;

  private SegmentIdFile file(String content) throws IOException {
    return file(content, SegmentIdFile.Keyword.EITHER);
  }

  private SegmentIdFile file(String content, SegmentIdFile.Keyword keyword) throws IOException {
    return new SegmentIdFile(
        Files.writeString(temporary.resolve("rsm.segmentid"), content), keyword);
  }

  private static void assertRefused(SegmentIdFile file, RsmError error, String words) {
    assertThatThrownBy(() -> file.find("SUNWfoo"))
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(RsmException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  @Test
  void findsTheRangeOfAnApplicationWhateverItsCase() throws IOException {
    SegmentIdFile file = file("reserved SUNWfoo 0x600000 100\n");
    assertThat(file.find("SUNWfoo")).isEqualTo(new SegmentIdRange(0x600000, 100));
    assertThat(file.find("sunwFOO")).isEqualTo(new SegmentIdRange(0x600000, 100));
  }

  @Test
  void theBaseIsHexadecimalWithOrWithoutPrefix() throws IOException {
    assertThat(file("Reserved SUNWfoo 600000 1").find("SUNWfoo").baseId()).isEqualTo(0x600000);
    assertThat(file("RESERVED SUNWfoo 0XaBcD 1").find("SUNWfoo").baseId()).isEqualTo(0xabcd);
  }

  @Test
  void takesBothSpellingsOfTheKeywordUnlessToldToBeStrict() throws IOException {
    String line = "reserve SUNWfoo 0x600000 100\n";
    assertThat(file(line).find("SUNWfoo").length()).isEqualTo(100);
    assertRefused(
        file(line, SegmentIdFile.Keyword.RESERVED_ONLY), RsmError.BAD_CONF, "line 1: it begins");
    assertRefused(file("taken SUNWfoo 0x600000 100\n"), RsmError.BAD_CONF, "'taken'");
  }

  @Test
  void theKeywordOfOtherApplicationsIsNotLookedAt() throws IOException {
    assertThat(file("whatever OTHER x y\nreserved SUNWfoo 0x600000 7\n").find("SUNWfoo").length())
        .isEqualTo(7);
  }

  @Test
  void aFileThatIsNotThereIsBadConf() {
    assertRefused(
        new SegmentIdFile(temporary.resolve("none"), SegmentIdFile.Keyword.EITHER),
        RsmError.BAD_CONF,
        "can not be read");
  }

  @Test
  void anApplicationThatIsNotInTheFileIsBadAppid() throws IOException {
    assertRefused(file("reserved OTHER 0x600000 100\n"), RsmError.BAD_APPID, "SUNWfoo");
    assertRefused(file(""), RsmError.BAD_APPID, "SUNWfoo");
    assertRefused(file("# nothing\n"), RsmError.BAD_APPID, "SUNWfoo");
  }

  @Test
  void aBlankLineIsMalformedBeforeTheMatchAndUnseenBehindIt() throws IOException {
    assertRefused(file("\nreserved SUNWfoo 0x600000 1\n"), RsmError.BAD_CONF, "line 1");
    assertRefused(file(" \t\nreserved SUNWfoo 0x600000 1\n"), RsmError.BAD_CONF, "line 1");
    assertThat(file("reserved SUNWfoo 0x600000 1\n\n").find("SUNWfoo").length()).isEqualTo(1);
  }

  @Test
  void aLineOfThreeFieldsIsMalformedAlsoWithTrailingBlanks() throws IOException {
    String good = "reserved SUNWfoo 0x600000 1\n";
    assertRefused(file("reserved OTHER 0x1\n" + good), RsmError.BAD_CONF, "line 1");
    assertRefused(file("reserved OTHER 0x1 \n" + good), RsmError.BAD_CONF, "line 1");
    assertRefused(file("reserved SUNWfoo 0x1  \n"), RsmError.BAD_CONF, "line 1");
  }

  @Test
  void commentsAreSkippedWhereverTheyBegin() throws IOException {
    assertThat(file("# a\n  # note\nreserved SUNWfoo 0x600000 1 # mine\n").find("SUNWfoo"))
        .isEqualTo(new SegmentIdRange(0x600000, 1));
  }

  @Test
  void numbersEndAtTheFirstCharacterThatIsNoDigit() throws IOException {
    assertThat(file("reserved SUNWfoo 0x600000 0x64").find("SUNWfoo").length()).isZero();
    assertThat(file("reserved SUNWfoo 0x600000 100x").find("SUNWfoo").length()).isEqualTo(100);
    assertThat(file("reserved SUNWfoo zzz 1").find("SUNWfoo").baseId()).isZero();
  }

  @Test
  void refusesNumbersThatDoNotFit() throws IOException {
    assertThat(file("reserved SUNWfoo 0xffffffff 4294967295").find("SUNWfoo"))
        .isEqualTo(new SegmentIdRange(-1, 4294967295L));
    assertRefused(file("reserved SUNWfoo 0x100000000 1"), RsmError.BAD_CONF, "32 bits");
    assertRefused(file("reserved SUNWfoo 0x1 4294967296"), RsmError.BAD_CONF, "32 bits");
  }

  @Test
  void theFirstOfTwoLinesWins() throws IOException {
    assertThat(file("reserved A 0x600000 1\nreserved A 0x700000 2\n").find("a"))
        .isEqualTo(new SegmentIdRange(0x600000, 1));
  }

  @Test
  void lineEndsOfOtherSystemsAndAMissingLastOneAreTaken() throws IOException {
    assertThat(file("reserved OTHER 1 1\r\nreserved SUNWfoo 0x600000 12\r\n").find("SUNWfoo"))
        .isEqualTo(new SegmentIdRange(0x600000, 12));
  }

  @Test
  void refusesALineOrAFileThatIsTooLong() throws IOException {
    String blanks = " ".repeat(300);
    assertRefused(file("reserved OTHER" + blanks + "0x1 1\n"), RsmError.BAD_CONF, "longer");
    assertRefused(file("#".repeat(2 << 20)), RsmError.BAD_CONF, "longer");
  }
}
