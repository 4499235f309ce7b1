#include "notation/smf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/midi_bytes.h"
#include "support/midi_reading.h"

namespace toccata::notation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SmfReader, ReadsATypeZeroFile) {
  const Score score = sound(type0(TrackEvents().note(10, 60, 20).note(5, 64, 7).end(3)));
  EXPECT_EQ(score.ticks_per_quarter, 96);
  ASSERT_EQ(score.tracks.size(), 1U);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(note(10, 30), note(35, 42, 64)));
  EXPECT_EQ(score.end, 45);
  EXPECT_THAT(score.tempos, IsEmpty());
}

TEST(SmfReader, ReadsTheTracksOfATypeOneFileWithoutTheConductors) {
  const Score score = sound(MidiBytes()
                                .header(1, 3, 480)
                                .track(TrackEvents().raw({0, 0xff, 0x51, 3, 7, 0, 0}).end())
                                .track(TrackEvents().note(0, 60, 20).end())
                                .track(TrackEvents().note(0, 40, 90, 3).end()));
  ASSERT_EQ(score.tracks.size(), 2U);
  EXPECT_EQ(score.tracks[1].notes.at(0).channel, 3);
  EXPECT_EQ(score.end, 90);
}

TEST(SmfReader, ReadsATypeTwoFileAsOnePieceATrack) {
  const ReadResult result =
      read(MidiBytes()
               .header(2, 2, 96)
               .track(TrackEvents().raw({0, 0xff, 0x51, 3, 7, 0, 0}).note(0, 60, 20).end())
               .track(TrackEvents().raw({0, 0xff, 0x58, 4, 3, 2, 24, 8}).note(1, 62, 30).end()));
  ASSERT_EQ(result.scores.size(), 2U);
  EXPECT_EQ(result.repair_count, 0U);
  EXPECT_EQ(result.scores[0].tempos.size(), 1U);
  EXPECT_THAT(result.scores[0].meters, IsEmpty());
  EXPECT_THAT(result.scores[1].tempos, IsEmpty());
  EXPECT_THAT(result.scores[1].meters, ElementsAre(MeterChange{0, 3, 4}));
  EXPECT_THAT(result.scores[1].tracks.at(0).notes, ElementsAre(note(1, 31, 62)));
  EXPECT_EQ(result.scores[0].end, 20);
}

TEST(SmfReader, ReadsAnyDivision) {
  for (const int division : {1, 7, 220, 1023, 32767})
    EXPECT_EQ(sound(type0(TrackEvents().note(0, 60, 1).end(), division)).ticks_per_quarter,
              division);
}

TEST(SmfReader, KeepsRealTimeOfAnSmpteDivision) {
  const struct {
    int frames, ticks_per_frame;
    double ticks_per_second;
  } cases[] = {
      {24, 4, 96}, {25, 40, 1000}, {25, 3, 75}, {29, 80, 80 * 30000 / 1001.0}, {30, 255, 7650}};
  for (const auto& c : cases) {
    const int division = ((256 - c.frames) << 8) | c.ticks_per_frame;
    // Its tempo event does not count, as the format says.
    const Score score = sound(
        type0(TrackEvents().raw({0, 0xff, 0x51, 3, 1, 0, 0}).note(100, 60, 50).end(), division));
    EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(100, 150)));
    ASSERT_EQ(score.tempos.size(), 1U);
    EXPECT_NEAR(score.ticks_per_quarter * 1e6 / score.tempos[0].microseconds_per_quarter,
                c.ticks_per_second, 1e-9);
  }
}

TEST(SmfReader, FollowsRunningStatus) {
  const Score score =
      sound(type0(TrackEvents().raw({0, 0x90, 60, 80, 9, 60, 0, 1, 62, 80, 9, 62, 0}).end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9), note(10, 19, 62)));
}

TEST(SmfReader, PassesOverSystemExclusiveEventsAndOtherControllers) {
  const Score score = sound(type0(TrackEvents()
                                      .raw({0, 0xf0, 0x81, 0x00})  // 128 bytes of it
                                      .raw(std::vector<std::uint8_t>(128, 0x11))
                                      .raw({0, 0xf7, 2, 0x90, 0x3c})
                                      .raw({0, 0xb0, 7, 100, 0, 0xe0, 1, 2, 0, 0xd0, 9})
                                      .raw({0, 0xa0, 60, 5})
                                      .note(0, 60, 9)
                                      .end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
}

TEST(SmfReader, PassesOverAlienChunks) {
  const Score score = sound(MidiBytes()
                                .header(1, 2, 96)
                                .text("XFIH")
                                .number(5, 4)
                                .text("hello")
                                .track(TrackEvents().note(0, 60, 9).end())
                                .text("CASM")
                                .number(0, 4)
                                .track(TrackEvents().note(0, 62, 9).end())
                                .text("end ")
                                .number(1, 4)
                                .raw({7}));
  EXPECT_EQ(score.tracks.size(), 2U);
}

TEST(SmfReader, TakesANoteOnOfVelocityZeroAsAnOff) {
  const Score score = sound(type0(TrackEvents().raw({0, 0x90, 60, 80, 9, 0x90, 60, 0}).end(50)));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
}

TEST(SmfReader, MergesTempoMeterAndKeyOfAllTracksAndDropsWhatChangesNothing) {
  const Score score =
      sound(MidiBytes()
                .header(1, 2, 96)
                .track(TrackEvents()
                           .note(0, 60, 9)
                           .raw({91, 0xff, 0x58, 4, 13, 5, 24, 8})      // 13/32 at 100
                           .raw({0, 0xff, 0x51, 3, 0x06, 0x1a, 0x80})   // 400,000 at 100
                           .raw({20, 0xff, 0x51, 3, 0x06, 0x1a, 0x80})  // again at 120
                           .end())
                .track(TrackEvents()
                           .raw({0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20})  // 500,000 at 0
                           .raw({0, 0xff, 0x58, 4, 4, 2, 24, 8})       // 4/4 at 0
                           .raw({0, 0xff, 0x59, 2, 0xfd, 1})           // three flats, minor
                           .raw({50, 0xff, 0x58, 4, 4, 2, 24, 8})      // again at 50
                           .raw({50, 0xff, 0x58, 4, 13, 5, 24, 8})     // 13/32 at 100 once more
                           .raw({1, 0xff, 0x59, 2, 2, 0})
                           .note(0, 60, 9)
                           .end()));
  EXPECT_THAT(score.tempos, ElementsAre(TempoChange{0, 500000}, TempoChange{100, 400000}));
  EXPECT_THAT(score.meters, ElementsAre(MeterChange{0, 4, 4}, MeterChange{100, 13, 32}));
  EXPECT_THAT(score.keys, ElementsAre(KeyChange{0, -3, true}, KeyChange{101, 2, false}));
}

TEST(SmfReader, IgnoresStrayOffs) {
  const Score score =
      sound(type0(TrackEvents().raw({0, 0x80, 60, 64, 0, 0x91, 60, 0}).note(1, 60, 9).end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(1, 10)));
}

TEST(SmfReader, KeepsNotesOfNoLength) {
  const Score score = sound(type0(TrackEvents().note(5, 60, 0).end(20)));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(5, 5)));
}

TEST(SmfReader, EndsTheOlderNoteWhereAnOffStandsAtTheTickOfARestrike) {
  const Score score = sound(type0(TrackEvents()
                                      .raw({0, 0x90, 60, 80})
                                      .raw({9, 0x90, 60, 80})  // the new one first,
                                      .raw({0, 0x80, 60, 64})  // then the old one's end
                                      .raw({4, 0x80, 60, 64})
                                      .end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9), note(9, 13)));
}

TEST(SmfReader, PairsNotesByTrackChannelAndPitch) {
  const Score score = sound(
      MidiBytes()
          .header(1, 2, 96)
          .track(TrackEvents()
                     .raw({0, 0x90, 60, 80, 0, 0x91, 60, 80, 3, 0x81, 60, 64, 6, 0x80, 60, 64})
                     .end())
          .track(TrackEvents().raw({2, 0x90, 60, 80, 2, 0x80, 60, 64}).end()));
  EXPECT_EQ(score.tracks.at(0).notes.at(0).end, 9);
  EXPECT_EQ(score.tracks[0].notes.at(1).end, 3);
  EXPECT_EQ(score.tracks.at(1).notes.at(0).end, 4);
}

TEST(SmfReader, AddsUpHugeDeltasWithoutOverflow) {
  TrackEvents events;
  for (int i = 0; i < 1000; ++i) events.raw({0xff, 0xff, 0xff, 0x7f, 0xff, 0x01, 1, 'x'});
  const Score score = sound(type0(events.note(1, 60, 2).end()));
  const Tick start = ((Tick{1} << 28) - 1) * 1000 + 1;
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(start, start + 2)));
}

TEST(SmfReader, ReadsHeadersLongerThanSixBytes) {
  const Score score = sound(MidiBytes()
                                .text("MThd")
                                .number(9, 4)
                                .number(0, 2)
                                .number(1, 2)
                                .number(96, 2)
                                .raw({1, 2, 3})
                                .track(TrackEvents().note(0, 60, 9).end()));
  EXPECT_EQ(score.tracks.size(), 1U);
}

TEST(SmfReader, ReadsARiffWrappedFile) {
  const Bytes inner = type0(TrackEvents().note(0, 60, 9).end());
  const auto size = static_cast<int>(inner.size());
  const Score score = sound(MidiBytes()
                                .text("RIFF")
                                .raw({size + 30, 0, 0, 0})
                                .text("RMID")
                                .text("data")
                                .raw({size, 0, 0, 0})
                                .raw(inner)
                                .text("LIST")
                                .raw({6, 0, 0, 0})
                                .text("INFO\1\2"));
  EXPECT_EQ(score.tracks.at(0).notes.size(), 1U);
}

TEST(SmfReader, KeepsNamesTextsProgramsAndPedals) {
  const Score score = sound(type0(TrackEvents()
                                      .raw({0, 0xff, 3, 2, 'H', 'i'})
                                      .raw({0, 0xff, 3, 1, '2'})
                                      .raw({0, 0xc5, 19})
                                      .raw({4, 0xff, 5, 2, 'l', 'a'})
                                      .raw({0, 0xff, 1, 0})
                                      .raw({0, 0xb0, 64, 64, 1, 0xb0, 64, 127, 1, 0xb0, 64, 63})
                                      .note(0, 60, 9)
                                      .end()));
  const Track& track = score.tracks.at(0);
  EXPECT_EQ(track.name, "Hi");
  EXPECT_THAT(track.texts, ElementsAre(Text{0, 3, "2"}, Text{4, 5, "la"}));
  EXPECT_THAT(track.programs, ElementsAre(ProgramChange{0, 5, 19}));
  EXPECT_THAT(track.pedals, ElementsAre(PedalChange{4, 0, true}, PedalChange{6, 0, false}));
}

TEST(SmfReader, ReadsNamesAsUtf8OrElseLatin1) {
  const auto name = [](std::initializer_list<int> bytes) {
    return sound(type0(TrackEvents()
                           .raw({0, 0xff, 3, static_cast<int>(bytes.size())})
                           .raw(bytes)
                           .note(0, 60, 9)
                           .end()))
        .tracks.at(0)
        .name;
  };
  EXPECT_EQ(name({'F', 0xc3, 0xbc, 'r'}), "Für");
  EXPECT_EQ(name({'F', 0xfc, 'r'}), "Für");
  EXPECT_EQ(name({0xe9}), "é");
}

}  // namespace
}  // namespace toccata::notation
