/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Reports as bytes: what goes in comes out, and nothing else is taken. */
class ReportCodecTest {
  private static final Report SAMPLE =
      Report.fields()
          .rows(
              "net",
              List.of(
                  Report.fields()
                      .text("net type", "tcp")
                      .number("credits", -256)
                      .flag("Multi-Rail", true)
                      .put("ping", new Report.Nothing())
                      .rows("none", List.of())
                      .build(),
                  new Report.Text("fünf"),
                  new Report.Flag(false)))
          .build();

  @Test
  void givesAReportBackAsItWas() {
    assertThat(ReportCodec.decode(ReportCodec.encode(SAMPLE))).isEqualTo(SAMPLE);
  }

  @Test
  void keepsTheOrderOfNames() {
    Report.FieldsBuilder fields = Report.fields();
    List<String> names = List.of("z", "a", "m", "b");
    names.forEach(name -> fields.number(name, 1));

    var read = (Report.Fields) ReportCodec.decode(ReportCodec.encode(fields.build()));

    assertThat(read.values().keySet()).containsExactlyElementsOf(names);
  }

  @Test
  void hasTheBytesThatItsPageShows() {
    byte[] bytes = ReportCodec.encode(Report.fields().number("a", 258).build());

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "41544f4c4c525054"
                + "01000000"
                + "20000000"
                + "05"
                + "01000000"
                + "0161"
                + "02"
                + "0201000000000000");
  }

  @Test
  void refusesWhatIsCutAnywhereAlsoWhenTheHeadAdmitsIt() {
    byte[] bytes = ReportCodec.encode(SAMPLE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ReportCodec.decode(cut))
          .as("cut to %d", length)
          .isInstanceOf(MalformedBlockException.class);
      if (length >= 16) {
        cut[12] = (byte) length;
        cut[13] = 0;
        assertThatThrownBy(() -> ReportCodec.decode(cut))
            .as("cut to %d that the head admits", length)
            .isInstanceOf(MalformedBlockException.class);
      }
    }
  }

  @Test
  void refusesCountsThatCanNotBe() {
    // Rows and fields of 2^31 - 1, 2^32 - 1, and one more than there are bytes for.
    for (String value :
        List.of(
            "04ffffff7f", "04ffffffff", "05ffffff7f", "0401000000", "01ffffff7f", "06", "0302")) {
      assertThatThrownBy(() -> ReportCodec.decode(report(value)))
          .as(value)
          .isInstanceOf(MalformedBlockException.class);
    }
  }

  @Test
  void refusesNamesThatAreEmptyOrStandTwiceAndTextsThatAreNone() {
    for (String value :
        List.of("0501000000" + "0000", "0502000000" + "016100" + "016100", "0101000000ff")) {
      assertThatThrownBy(() -> ReportCodec.decode(report(value)))
          .as(value)
          .isInstanceOf(MalformedBlockException.class);
    }
  }

  @Test
  void refusesNestingThatCouldEndTheStack() {
    String deep = "0401000000".repeat(100_000) + "00";
    assertThatThrownBy(() -> ReportCodec.decode(report(deep)))
        .isInstanceOf(MalformedBlockException.class)
        .hasMessageContaining("deep");
    Report nested = new Report.Nothing();
    for (int i = 0; i <= ReportCodec.DEPTH_MAX; i++) {
      nested = new Report.Rows(List.of(nested));
    }
    Report tooDeep = nested;
    assertThatThrownBy(() -> ReportCodec.encode(tooDeep))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverThrowsAnythingElseOnScribbledBytes() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("ReportCodecTest seed=" + seed);
    var random = new SplittableRandom(seed);
    byte[] good = ReportCodec.encode(SAMPLE);
    int understood = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[16 + random.nextInt(bytes.length - 16)] = (byte) random.nextInt(256);
      }
      try {
        ReportCodec.decode(bytes);
        understood++;
      } catch (MalformedBlockException e) {
        assertThat(e).hasMessageStartingWith("report ");
      }
    }
    assertThat(understood).isPositive();
  }

  /** A head that fits, and any value. */
  private static byte[] report(String valueHex) {
    byte[] value = HexFormat.of().parseHex(valueHex);
    byte[] bytes = Arrays.copyOf(ReportCodec.encode(new Report.Nothing()), 16 + value.length);
    System.arraycopy(value, 0, bytes, 16, value.length);
    java.nio.ByteBuffer.wrap(bytes)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(12, bytes.length);
    return bytes;
  }
}
