/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The listing in its shared form. */
class DeviceListingTest {
  private static final DeviceListing EVERY_KIND =
      new DeviceListing(
          List.of(
              new ListingRow.OfSession(7, 4711, 1000, 5),
              new ListingRow.OfExport(
                  7,
                  0x1_0000_0002L,
                  ListingRow.ExportState.PUBLISHED,
                  0x600000,
                  0640,
                  8192,
                  3,
                  true),
              new ListingRow.OfAccess(7, 0x1_0000_0002L, new AccessEntry(1, 0644)),
              new ListingRow.OfImport(
                  8, 9, ListingRow.ImportState.REVOKING, 0x600000, 8192, 7, true)),
          false);

  private static MemorySegment written(DeviceListing listing) {
    MemorySegment image = Arena.ofAuto().allocate(listing.sizeBytes(), Long.BYTES);
    listing.write(image);
    return image;
  }

  @Test
  void givesEveryKindOfRowBackAsItWas() {
    assertThat(DeviceListing.read(written(EVERY_KIND))).isEqualTo(EVERY_KIND);
  }

  @Test
  void saysWhenItIsCut() {
    assertThat(DeviceListing.read(written(new DeviceListing(List.of(), true))).isCut()).isTrue();
  }

  @Test
  void hasTheBytesOfVersionOne() {
    MemorySegment image = written(EVERY_KIND);
    assertThat(image.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo("ATOLLLST".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    int[] words = image.asSlice(0, 128).toArray(ValueLayout.JAVA_INT);
    assertThat(words).startsWith(words[0], words[1], 1, 64, 4, 0, 0, 0);
    // The first row: kind, state, session, handle, process, user.
    assertThat(java.util.Arrays.copyOfRange(words, 16, 24))
        .containsExactly(1, 0, 7, 0, 0, 0, 4711, 1000);
    assertThat(words[16 + 12]).isEqualTo(5);
  }

  @Test
  void takesNoMoreRowsThanItsBound() {
    List<ListingRow> rows =
        Collections.nCopies(DeviceListing.ROWS_MAX + 1, new ListingRow.OfSession(1, 2, 3, 4));
    assertThatThrownBy(() -> new DeviceListing(rows, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows=");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, magic",
    "8, 2, version",
    "12, 32, rows of",
    "16, 5, rows",
    "20, -1, rows",
    "24, 2, flags",
    "64, 9, kind",
    "132, 3, state",
    "180, 4, reserved",
    "184, 1, reserved"
  })
  void refusesAWordThatIsNotOfThisVersion(long offset, int word, String named) {
    MemorySegment image = written(EVERY_KIND);
    image.set(ValueLayout.JAVA_INT, offset, word);
    assertThatThrownBy(() -> DeviceListing.read(image))
        .isInstanceOf(MalformedBlockException.class)
        .hasMessageContaining(named);
  }

  @Test
  void refusesEveryOtherLength() {
    MemorySegment image = written(EVERY_KIND);
    for (long length = 0; length < image.byteSize(); length += 8) {
      MemorySegment cut = image.asSlice(0, length);
      assertThatThrownBy(() -> DeviceListing.read(cut)).isInstanceOf(MalformedBlockException.class);
    }
  }

  @Test
  void refusesOrReadsWhateverIsScribbledOnIt() {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("DeviceListingTest seed=" + seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      MemorySegment image = written(EVERY_KIND);
      int offset = random.nextInt((int) image.byteSize() / 4) * 4;
      image.set(ValueLayout.JAVA_INT, offset, random.nextInt());
      try {
        assertThat(DeviceListing.read(image).rows()).hasSize(4);
      } catch (MalformedBlockException e) {
        assertThat(e).hasMessageContaining("listing");
      }
    }
  }
}
