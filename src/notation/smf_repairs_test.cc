// Faults of MIDI files: what is mended, what is refused, and what is said about it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "notation/smf_reader.h"
#include "support/midi_bytes.h"
#include "support/midi_reading.h"

namespace toccata::notation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SmfRepairs, RefusesADivisionOfZero) {
  EXPECT_THAT(error_of(type0(TrackEvents().note(0, 60, 1).end(), 0)),
              HasSubstr("test.mid: byte 12: a division of 0 ticks per quarter note"));
  EXPECT_THAT(error_of(type0(TrackEvents().note(0, 60, 1).end(), 0xe700)),
              HasSubstr("byte 12: an SMPTE division of 0 ticks per frame"));
}

TEST(SmfRepairs, KeepsRunningStatusAcrossMetaEvents) {
  const Score score = mended(type0(TrackEvents()
                                       .raw({0, 0x90, 60, 80, 4, 0xff, 0x01, 1, 'x', 5, 60, 0})
                                       .raw({0, 0xff, 0x51, 3, 7, 0, 0, 1, 62, 80, 9, 62, 0})
                                       .end()),
                             "running status across a meta");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9), note(10, 19, 62)));
  EXPECT_EQ(score.tracks[0].texts.size(), 1U);
}

TEST(SmfRepairs, KeepsRunningStatusAcrossSystemExclusiveEvents) {
  const Score score =
      mended(type0(TrackEvents().raw({0, 0x90, 60, 80, 4, 0xf0, 3, 0x7e, 9, 0xf7, 5, 60, 0}).end()),
             "running status across");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
}

TEST(SmfRepairs, SkipsSystemMessagesThatNoFileMayHold) {
  const Score score =
      mended(type0(TrackEvents().raw({0, 0xf8, 0, 0xf2, 1, 2, 0, 0xfe}).note(3, 60, 9).end()),
             "a system message F8");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(3, 12)));
}

TEST(SmfRepairs, FindsTheTrackBehindAnAlienChunkOfWrongLength) {
  const Score score =
      mended(MidiBytes().header(1, 1, 96).text("XFIH").number(900, 4).text("hello").track(
                 TrackEvents().note(0, 60, 9).end()),
             "13 bytes between the chunks, skipped");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(0, 9)));
}

TEST(SmfRepairs, EndsATrackWithoutEndOfTrackWithItsLastEvent) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9))
                                 .track(TrackEvents().note(5, 62, 9)),
                             "no end-of-track event");
  EXPECT_EQ(score.tracks.size(), 2U);
  EXPECT_EQ(score.end, 14);
}

TEST(SmfRepairs, ReadsOnWhereATrackLengthIsTooShort) {
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

TEST(SmfRepairs, StopsAtTheEndOfTrackWhereATrackLengthIsTooLong) {
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

TEST(SmfRepairs, FindsTheNextTrackWhereLengthAndEndOfTrackAreBothWrong) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9), 1 << 20)
                                 .track(TrackEvents().note(5, 62, 9).end()),
                             "past the file's end");
  ASSERT_EQ(score.tracks.size(), 2U);
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(note(5, 14, 62)));
}

TEST(SmfRepairs, KeepsTheNotesOfAFileThatIsCutOff) {
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

TEST(SmfRepairs, LeavesOutBytesBehindTheEndOfTrackAndTheFile) {
  const Score score = mended(MidiBytes()
                                 .header(1, 2, 96)
                                 .track(TrackEvents().note(0, 60, 9).end().raw({0, 0, 0}))
                                 .track(TrackEvents().note(0, 61, 9).end())
                                 .raw({0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                             "3 bytes after the end of track, left out");
  EXPECT_EQ(score.tracks.size(), 2U);
}

TEST(SmfRepairs, LeavesOutMapsThatMakeNoSense) {
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

TEST(SmfRepairs, ClipsDataBytesOver127) {
  const Score score = mended(type0(TrackEvents().raw({0, 0x90, 60, 200, 9, 0x80, 60, 64}).end()),
                             "data byte of 200");
  EXPECT_EQ(score.tracks.at(0).notes.at(0).velocity, 127);
  EXPECT_EQ(score.tracks[0].notes[0].end, 9);
}

TEST(SmfRepairs, EndsOpenNotesAtTheEndOfTheirTrack) {
  const Score score = mended(type0(TrackEvents().raw({5, 0x90, 60, 80}).note(0, 62, 9).end(20)),
                             "1 note without an end");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(5, 34), note(5, 14, 62)));
}

TEST(SmfRepairs, TakesADeltaOfMoreThanFourBytesAtMost) {
  const Score score = mended(
      type0(TrackEvents().raw({0x80, 0x80, 0x80, 0x80, 5, 0x90, 60, 80}).raw({3, 60, 0}).end()),
      "of 5 bytes, where 4 is the most");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(5, 8)));
}

TEST(SmfRepairs, SkipsDataWithoutAStatus) {
  const Score score = mended(type0(TrackEvents().raw({0, 60, 64}).note(3, 60, 9).end()),
                             "data bytes without a status byte");
  EXPECT_EQ(score.tracks.at(0).notes.size(), 1U);
}

TEST(SmfRepairs, KeepsWhatStandsBeforeAMetaEventThatReachesTooFar) {
  const Score score = mended(
      type0(
          TrackEvents().note(3, 60, 9).raw({0, 0xff, 0x7f, 0x85, 0x20, 1, 2}).note(0, 62, 9).end()),
      "reaches past the end of its track");
  EXPECT_THAT(score.tracks.at(0).notes, ElementsAre(note(3, 12)));
}

TEST(SmfRepairs, ReadsATextWhoseLengthSwallowsTheNextEvents) {
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

TEST(SmfRepairs, RepairsWrongHeaderLengthsTypesAndCounts) {
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

TEST(SmfRepairs, FindsTheHeaderBehindJunk) {
  const Score score = mended(
      MidiBytes().text("junk of a mail program").raw(type0(TrackEvents().note(0, 60, 9).end())),
      "22 bytes before the MIDI header");
  EXPECT_EQ(score.tracks.size(), 1U);
}

TEST(SmfRepairs, CountsRepairsBeyondTheHundredItKeeps) {
  TrackEvents events;
  for (int i = 0; i < 500; ++i) events.raw({0, 0xff, 0x59, 2, 9, 0});
  const ReadResult result = read(type0(events.note(0, 60, 9).end()));
  EXPECT_EQ(result.repairs.size(), 100U);
  EXPECT_EQ(result.repair_count, 500U);
  EXPECT_EQ(result.repairs[1].byte - result.repairs[0].byte, 6U);
}

TEST(SmfRepairs, SaysWhatAFileIsThatIsNoMidiFile) {
  EXPECT_THAT(error_of({}),
              HasSubstr("test.mid: expected a MIDI file, found nothing: the file is empty"));
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
}  // namespace toccata::notation
