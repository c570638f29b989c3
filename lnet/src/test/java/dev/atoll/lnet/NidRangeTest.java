/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NidRangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*@tcp                  | 10.0.0.1@tcp fd77::1@tcp         | 10.0.0.1@tcp1 10.0.0.1@o2ib",
        "10.0.0.1@tcp           | 10.0.0.1@tcp                     | 10.0.0.2@tcp ::@tcp",
        "10.*.0.1@tcp0          | 10.0.0.1@tcp 10.255.0.1@tcp      | 10.0.1.1@tcp 11.0.0.1@tcp",
        "10.0.0.[1-4,7]@tcp     | 10.0.0.1@tcp 10.0.0.4@tcp 10.0.0.7@tcp"
            + " | 10.0.0.0@tcp 10.0.0.5@tcp 10.0.0.8@tcp",
        "10.0.0.[1-9/2]@o2ib3   | 10.0.0.1@o2ib3 10.0.0.9@o2ib3    | 10.0.0.2@o2ib3 10.0.0.11@o2ib3",
        "10.0.0.[250/2]@tcp     | 10.0.0.250@tcp 10.0.0.254@tcp    | 10.0.0.251@tcp 10.0.0.248@tcp",
        "[1-2].[3-4].[5].[0-255]@tcp | 1.3.5.7@tcp 2.4.5.255@tcp    | 3.3.5.7@tcp 1.3.6.7@tcp",
        "192.168.1.0/24@tcp     | 192.168.1.0@tcp 192.168.1.255@tcp | 192.168.2.0@tcp ::@tcp",
        "192.168.1.77/24@tcp    | 192.168.1.1@tcp                  | 192.168.0.1@tcp",
        "10.0.0.1/32@tcp        | 10.0.0.1@tcp                     | 10.0.0.2@tcp",
        "0.0.0.0/0@tcp          | 255.0.0.1@tcp                    | fd77::1@tcp",
        "fd77::1@tcp            | fd77::1@tcp                      | fd77::2@tcp fd78::1@tcp",
        "fd77::/16@tcp          | fd77::1@tcp fd77:1::@tcp         | fd78::1@tcp 253.119.0.0@tcp",
        "fd77::/65@tcp          | fd77::1@tcp                      | fd77::8000:0:0:1@tcp",
        "::/0@tcp               | fd77::1@tcp                      | 10.0.0.1@tcp",
        "31@gni                 | 31@gni                           | 32@gni 31@kfi",
        "[1-100/3]@gni          | 1@gni 4@gni 100@gni              | 2@gni 103@gni",
        "*@gni                  | 4294967295@gni                   | 1@gni1",
        "0@lo                   | 0@lo                             | 0.0.0.0@tcp",
      })
  void containsWhatItNamesAndNothingElse(String text, String members, String others) {
    NidRange range = NidRange.parse(text);

    for (String member : members.strip().split(" ", -1)) {
      assertThat(range.contains(Nid.parse(member))).as(member).isTrue();
    }
    for (String other : others.strip().split(" ", -1)) {
      assertThat(range.contains(Nid.parse(other))).as(other).isFalse();
    }
    assertThat(range.contains(Nid.ANY)).isFalse();
    assertThat(range).hasToString(text).isEqualTo(NidRange.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "10.0.0.1",
        "@tcp",
        "10.0.0@tcp",
        "10.0.0.1.2@tcp",
        "10.0.0.256@tcp",
        "10.0.0.1-4@tcp",
        "10.0.0.[1-4@tcp",
        "10.0.0.1-4]@tcp",
        "10.0.0.[]@tcp",
        "10.0.0.[1,]@tcp",
        "10.0.0.[,1]@tcp",
        "10.0.0.[4-1]@tcp",
        "10.0.0.[1-256]@tcp",
        "10.0.0.[1-4/0]@tcp",
        "10.0.0.[1/2-4]@tcp",
        "10.0.0.[1-2-3]@tcp",
        "10.0.0.[-1]@tcp",
        "10.0.0.[1 - 2]@tcp",
        "10.0.0.**@tcp",
        "10.0.0.0/33@tcp",
        "10.0.0.0/@tcp",
        "10.0.*.0/24@tcp",
        "fd77::/129@tcp",
        "fd77::[1-2]@tcp",
        "fd77::1@gip",
        "*@tofu",
        "*@tcp*",
        "*@tcp@tcp",
        "1.2.3.4@gni",
        "[4294967296]@gni",
      })
  void refusesWhatIsNoRange(String text) {
    assertThatExceptionOfType(NidFormatException.class).isThrownBy(() -> NidRange.parse(text));
  }

  @Test
  void readsListsWithBlanksBetween() {
    assertThat(NidRange.parseList("")).isEmpty();
    assertThat(NidRange.parseList("  *@tcp   10.0.0.[1-2]@o2ib ").stream().map(Object::toString))
        .containsExactly("*@tcp", "10.0.0.[1-2]@o2ib");
    assertThatExceptionOfType(NidFormatException.class)
        .isThrownBy(() -> NidRange.parseList("*@tcp, *@o2ib"));
    assertThatExceptionOfType(NidFormatException.class)
        .isThrownBy(() -> NidRange.parseList("*@tcp ".repeat(NidRange.MAX_RANGES + 1)));
  }

  @Test
  void parsingDamagedTextsNeverFailsOtherwise() {
    Random random = new Random(Seeds.of(NidRangeTest.class));
    String[] texts = {
      "10.[0-3].*.[1-9/2,44]@tcp", "fd77::/64@tcp1", "[1-100/3]@gni", "10.0.0.0/8@o2ib"
    };
    String letters = "0123456789.:@-xaftcp[]/*, ";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(texts[random.nextInt(texts.length)]);
      for (int damage = random.nextInt(4); damage >= 0; damage--) {
        text.setCharAt(
            random.nextInt(text.length()), letters.charAt(random.nextInt(letters.length())));
      }
      try {
        NidRange range = NidRange.parse(text.toString());
        assertThat(NidRange.parse(range.toString())).isEqualTo(range);
      } catch (NidFormatException expected) {
        assertThat(expected).hasMessageContaining(text.toString());
      }
    }
  }
}
