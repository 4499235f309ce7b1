#include "midi/smf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "support/midi_bytes.h"

namespace toccata::midi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Reads by default: with repairs.
ReadResult read(const Bytes& bytes) {
  return read_smf(bytes, "test.mid");
}

/// The one Score of a file that needs no repair.
Score sound(const Bytes& bytes) {
  ReadResult result = read_smf(bytes, "test.mid", {.strict = true});
  EXPECT_EQ(result.scores.size(), 1U);
  EXPECT_EQ(result.repair_count, 0U);
  return result.scores.at(0);
}

/// The one Score of a file that needs repairs; all of them hold `reason`, and strict reading
/// refuses with the first.
Score mended(const Bytes& bytes, const std::string& reason) {
  ReadResult result = read(bytes);
  EXPECT_EQ(result.scores.size(), 1U);
  EXPECT_GE(result.repairs.size(), 1U);
  std::string told;
  for (const Repair& repair : result.repairs) told += repair.reason + "; ";
  EXPECT_THAT(told, HasSubstr(reason));
  try {
    read_smf(bytes, "test.mid", {.strict = true});
    ADD_FAILURE() << "strict reading took it";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "test.mid: byte " + std::to_string(result.repairs.at(0).byte) + ": " +
                  result.repairs.at(0).reason + " (read without --strict to have it repaired)");
  }
  return result.scores.at(0);
}

std::string error_of(const Bytes& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A type 0 file of 96 ticks a quarter around the events of its only track.
Bytes type0(const Bytes& events, int division = 96) {
  return MidiBytes().header(0, 1, division).track(events);
}

/// Onset, end and pitch of a note of velocity 80, channel 1.
Note note(Tick onset, Tick end, int pitch = 60) {
  return {.onset = onset, .end = end, .pitch = static_cast<std::uint8_t>(pitch)};
}

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

TEST(SmfReader, RefusesADivisionOfZero) {
  EXPECT_THAT(error_of(type0(TrackEvents().note(0, 60, 1).end(), 0)),
              HasSubstr("test.mid: byte 12: a division of 0 ticks a quarter note"));
  EXPECT_THAT(error_of(type0(TrackEvents().note(0, 60, 1).end(), 0xe700)),
              HasSubstr("byte 12: an SMPTE division of 0 ticks a frame"));
}

TEST(SmfReader, FollowsRunningStatus) {
  const Score score =
      sound(type0(TrackEvents().raw({0, 0x90, 60, 80, 9, 60, 0, 1, 62, 80, 9, 62, 0}).end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9), note(10, 19, 62)));
}

TEST(SmfReader, KeepsRunningStatusAcrossMetaEvents) {
  const Score score = mended(type0(TrackEvents()
                                       .raw({0, 0x90, 60, 80, 4, 0xff, 0x01, 1, 'x', 5, 60, 0})
                                       .raw({0, 0xff, 0x51, 3, 7, 0, 0, 1, 62, 80, 9, 62, 0})
                                       .end()),
                             "running status across a meta");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9), note(10, 19, 62)));
  EXPECT_EQ(score.tracks[0].texts.size(), 1U);
}

TEST(SmfReader, KeepsRunningStatusAcrossSystemExclusiveEvents) {
  const Score score =
      mended(type0(TrackEvents().raw({0, 0x90, 60, 80, 4, 0xf0, 3, 0x7e, 9, 0xf7, 5, 60, 0}).end()),
             "running status across");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
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

TEST(SmfReader, SkipsSystemMessagesThatNoFileMayHold) {
  const Score score =
      mended(type0(TrackEvents().raw({0, 0xf8, 0, 0xf2, 1, 2, 0, 0xfe}).note(3, 60, 9).end()),
             "a system message F8");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(3, 12)));
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

TEST(SmfReader, FindsTheTrackBehindAnAlienChunkOfWrongLength) {
  const Score score =
      mended(MidiBytes().header(1, 1, 96).text("XFIH").number(900, 4).text("hello").track(
                 TrackEvents().note(0, 60, 9).end()),
             "13 bytes between the chunks, skipped");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
}

TEST(SmfReader, EndsATrackWithoutEndOfTrackWithItsLastEvent) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9))
                                 .track(TrackEvents().note(5, 62, 9)),
                             "no end-of-track event");
  EXPECT_EQ(score.tracks.size(), 2U);
  EXPECT_EQ(score.end, 14);
}

TEST(SmfReader, ReadsOnWhereATrackLengthIsTooShort) {
  for (const int wrong : {-1, -4, -9, -20}) {
    const Score score =
        mended(MidiBytes()
                   .header(1, 2, 96)
                   .track(TrackEvents().note(0, 60, 9).note(0, 61, 9).note(0, 62, 9).end(), wrong)
                   .track(TrackEvents().note(5, 62, 9).end()),
               "too short by " + std::to_string(-wrong));
    ASSERT_EQ(score.tracks.size(), 2U);
    EXPECT_EQ(score.tracks[0].notes.size(), 3U);
    EXPECT_EQ(score.tracks[1].notes.size(), 1U);
  }
}

TEST(SmfReader, StopsAtTheEndOfTrackWhereATrackLengthIsTooLong) {
  for (const int wrong : {1, 7, 20, 768}) {
    const Score score = mended(MidiBytes()
                                   .header(1, 2, 96)
                                   .track(TrackEvents().note(0, 60, 9).end(), wrong)
                                   .track(TrackEvents().note(5, 62, 9).note(0, 60, 9).end()),
                               "too long by " + std::to_string(wrong));
    ASSERT_EQ(score.tracks.size(), 2U);
    EXPECT_EQ(score.tracks[1].notes.size(), 2U);
  }
}

TEST(SmfReader, FindsTheNextTrackWhereLengthAndEndOfTrackAreBothWrong) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9), 1 << 20)
                                 .track(TrackEvents().note(5, 62, 9).end()),
                             "past the file's end");
  ASSERT_EQ(score.tracks.size(), 2U);
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(note(5, 14, 62)));
}

TEST(SmfReader, KeepsTheNotesOfAFileThatIsCutOff) {
  const Bytes whole = type0(TrackEvents().note(0, 60, 9).note(1, 61, 9).note(1, 62, 9).end());
  for (std::size_t size = 14 + 8; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const ReadResult result = read(cut);
    EXPECT_GE(result.repair_count, 1U);
    const std::size_t events = (size - 22) / 4;  // whole ons and offs
    if (!result.scores.at(0).tracks.empty())
      EXPECT_EQ(result.scores[0].tracks[0].notes.size(),
                std::min<std::size_t>((events + 1) / 2, 3));
    else
      EXPECT_EQ(events, 0U);
  }
}

TEST(SmfReader, LeavesOutBytesBehindTheEndOfTrackAndTheFile) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9).end().raw({0, 0, 0}))
                                 .track(TrackEvents().note(0, 61, 9).end())
                                 .raw({0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                             "3 bytes after the end of track, left out");
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

TEST(SmfReader, LeavesOutMapsThatMakeNoSense) {
  const Score score = mended(type0(TrackEvents()
                                       .raw({0, 0xff, 0x59, 2, 9, 0})          // nine sharps
                                       .raw({0, 0xff, 0x59, 2, 0, 2})          // mode 2
                                       .raw({0, 0xff, 0x59, 1, 0})             // one byte
                                       .raw({0, 0xff, 0x51, 3, 0, 0, 0})       // no time at all
                                       .raw({0, 0xff, 0x51, 2, 7, 0})          // two bytes
                                       .raw({0, 0xff, 0x58, 4, 0, 2, 24, 8})   // 0/4
                                       .raw({0, 0xff, 0x58, 4, 4, 99, 24, 8})  // 4/2^99
                                       .note(0, 60, 9)
                                       .end()),
                             "a key signature of 9 sharps in mode 0, left out");
  EXPECT_THAT(score.keys, IsEmpty());
  EXPECT_THAT(score.tempos, IsEmpty());
  EXPECT_THAT(score.meters, IsEmpty());
  EXPECT_EQ(score.tracks.at(0).notes.size(), 1U);
}

TEST(SmfReader, ClipsDataBytesOver127) {
  const Score score = mended(type0(TrackEvents().raw({0, 0x90, 60, 200, 9, 0x80, 60, 64}).end()),
                             "data byte of 200");
  EXPECT_EQ(score.tracks.at(0).notes.at(0).velocity, 127);
  EXPECT_EQ(score.tracks[0].notes[0].end, 9);
}

TEST(SmfReader, IgnoresStrayOffs) {
  const Score score =
      sound(type0(TrackEvents().raw({0, 0x80, 60, 64, 0, 0x91, 60, 0}).note(1, 60, 9).end()));
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(1, 10)));
}

TEST(SmfReader, EndsOpenNotesAtTheEndOfTheirTrack) {
  const Score score = mended(type0(TrackEvents().raw({5, 0x90, 60, 80}).note(0, 62, 9).end(20)),
                             "1 note without an end");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(5, 34), note(5, 14, 62)));
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

TEST(SmfReader, TakesADeltaOfMoreThanFourBytesAtMost) {
  const Score score = mended(
      type0(TrackEvents().raw({0x80, 0x80, 0x80, 0x80, 5, 0x90, 60, 80}).raw({3, 60, 0}).end()),
      "of 5 bytes, where 4 is the most");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(5, 8)));
}

TEST(SmfReader, SkipsDataWithoutAStatus) {
  const Score score = mended(type0(TrackEvents().raw({0, 60, 64}).note(3, 60, 9).end()),
                             "data bytes without a status byte");
  EXPECT_EQ(score.tracks.at(0).notes.size(), 1U);
}

TEST(SmfReader, KeepsWhatStandsBeforeAMetaEventThatReachesTooFar) {
  const Score score = mended(
      type0(
          TrackEvents().note(3, 60, 9).raw({0, 0xff, 0x7f, 0x85, 0x20, 1, 2}).note(0, 62, 9).end()),
      "reaches past the end of its track");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(3, 12)));
}

TEST(SmfReader, ReadsATextWhoseLengthSwallowsTheNextEvents) {
  // As in files whose bytes 10 became 13 in a conversion of line ends.
  const Score score = mended(type0(TrackEvents()
                                       .raw({0, 0xff, 0x01, 13})
                                       .raw({'R', 'H', ' ', 'L', ' ', '/', 'L', 'H', ' ', 'H'})
                                       .raw({0x81, 0x70, 0x90, 60, 80, 9, 0x80, 60, 64})
                                       .note(0, 62, 9)
                                       .note(0, 64, 9)
                                       .end()),
                             "a text of 13 bytes by its own word, but 10");
  EXPECT_THAT(score.tracks.at(0).notes,
              ElementsAre(note(240, 249), note(249, 258, 62), note(258, 267, 64)));
  EXPECT_EQ(score.tracks[0].texts.at(0).text, "RH L /LH H");
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

TEST(SmfReader, RepairsWrongHeaderLengthsTypesAndCounts) {
  const auto file = [](int length, int format, int tracks) {
    return MidiBytes()
        .text("MThd")
        .number(static_cast<std::uint64_t>(length), 4)
        .number(static_cast<std::uint64_t>(format), 2)
        .number(static_cast<std::uint64_t>(tracks), 2)
        .number(96, 2)
        .track(TrackEvents().note(0, 60, 9).end())
        .track(TrackEvents().note(0, 62, 9).end());
  };
  EXPECT_EQ(mended(file(4, 1, 2), "header length of 4").tracks.size(), 2U);
  EXPECT_EQ(mended(file(0x60000, 1, 2), "a wrong header length").tracks.size(), 2U);
  EXPECT_EQ(mended(file(6, 7, 2), "file type 7").tracks.size(), 2U);
  EXPECT_EQ(mended(file(6, 0, 2), "type 0 file of 2 tracks").tracks.size(), 2U);
  EXPECT_EQ(mended(file(6, 1, 65000), "counts 65000 tracks, the file holds 2").tracks.size(), 2U);
  EXPECT_EQ(mended(file(6, 1, 0), "counts 0 tracks").tracks.size(), 2U);
}

TEST(SmfReader, FindsTheHeaderBehindJunk) {
  const Score score = mended(
      MidiBytes().text("junk of a mail program").raw(type0(TrackEvents().note(0, 60, 9).end())),
      "22 bytes before the MIDI header");
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

TEST(SmfReader, CountsRepairsBeyondTheHundredItKeeps) {
  TrackEvents events;
  for (int i = 0; i < 500; ++i) events.raw({0, 0xff, 0x59, 2, 9, 0});
  const ReadResult result = read(type0(events.note(0, 60, 9).end()));
  EXPECT_EQ(result.repairs.size(), 100U);
  EXPECT_EQ(result.repair_count, 500U);
  EXPECT_EQ(result.repairs[1].byte - result.repairs[0].byte, 6U);
}

TEST(SmfReader, SaysWhatAFileIsThatIsNoMidiFile) {
  EXPECT_THAT(error_of({}), HasSubstr("test.mid: not a MIDI file: expected the letters MThd, found "
                                      "nothing: the file is empty"));
  EXPECT_THAT(error_of(MidiBytes().text("\n<!DOCTYPE html><html>404</html>")),
              HasSubstr("an HTML page"));
  EXPECT_THAT(error_of(MidiBytes().text("Dear reader")),
              HasSubstr("text that begins \"Dear reader\""));
  EXPECT_THAT(error_of(MidiBytes().text("PK\3\4.....")), HasSubstr("a zip archive"));
  EXPECT_THAT(error_of(MidiBytes().raw({1, 2, 255})), HasSubstr("3 bytes that begin 01 02 ff"));
  EXPECT_THAT(error_of(Bytes(64, 0)), HasSubstr("64 bytes of zeros"));
  EXPECT_THAT(error_of(MidiBytes().text("MThd").number(6, 4).raw({0, 1})),
              HasSubstr("the MIDI header is cut off: expected 14 bytes, found 10"));
  EXPECT_THAT(error_of(MidiBytes().header(1, 1, 96)), HasSubstr("without a track behind it"));
}

}  // namespace
}  // namespace toccata::midi
