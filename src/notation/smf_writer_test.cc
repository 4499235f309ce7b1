#include "notation/smf_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "notation/smf_reader.h"
#include "support/midi_bytes.h"
#include "support/properties.h"
#include "support/score_generator.h"

namespace toccata::notation {

namespace {

std::string shown(const Score& score) {
  std::string text =
      fmt::format("ppq {}, end {}, {} tempos, {} meters, {} keys", score.ticks_per_quarter,
                  score.end, score.tempos.size(), score.meters.size(), score.keys.size());
  for (const Track& track : score.tracks) {
    text += fmt::format("\n  track \"{}\", {} texts, {} pedals, {} programs, notes", track.name,
                        track.texts.size(), track.pedals.size(), track.programs.size());
    for (const Note& note : track.notes)
      text += fmt::format(" [{}-{} channel {} pitch {}]", note.onset, note.end, note.channel,
                          note.pitch);
  }
  return text;
}

Score read_one(const Bytes& bytes) {
  ReadResult result = read_smf(bytes, "test", {.strict = true});
  EXPECT_EQ(result.scores.size(), 1U);
  return std::move(result.scores.at(0));
}

Score with_notes(std::vector<Note> notes) {
  Score score;
  score.tempos = {{0, 500000}};
  score.tracks.resize(1);
  score.tracks[0].notes = std::move(notes);
  for (const Note& note : score.tracks[0].notes) score.end = std::max(score.end, note.end);
  return score;
}

std::string error_of(const Score& score) {
  try {
    write_smf(score);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(SmfRoundTrip, LosesNothingOfAnyScore) {
  expect_property(10000, [] {
    const Score score = generate_score();
    const Score back = read_one(write_smf(score));
    if (back != score) RC_FAIL(shown(score) + "\nread back as\n" + shown(back));
  });
}

TEST(SmfWriter, AlwaysWritesATempoAtTheStart) {
  Score score = with_notes({{.onset = 0, .end = 10}});
  score.tempos.clear();
  EXPECT_EQ(read_one(write_smf(score)).tempos, (std::vector<TempoChange>{{0, 500000}}));
  score.tempos = {{7, 400000}};
  EXPECT_EQ(read_one(write_smf(score)).tempos,
            (std::vector<TempoChange>{{0, 500000}, {7, 400000}}));
}

TEST(SmfWriter, WritesTheBytesOfASmallFileAsTheFormatSays) {
  Score score = with_notes({{.onset = 0, .end = 480, .pitch = 60, .velocity = 80}});
  score.meters = {{0, 3, 4}};
  score.keys = {{0, -2, true}};
  score.tracks[0].name = "A";
  const Bytes expected = MidiBytes()
                             .header(1, 2, 480)
                             .track(TrackEvents()
                                        .raw({0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20})
                                        .raw({0, 0xff, 0x58, 4, 3, 2, 24, 8})
                                        .raw({0, 0xff, 0x59, 2, 0xfe, 1})
                                        .raw({0x83, 0x60, 0xff, 0x2f, 0}))
                             .track(TrackEvents()
                                        .raw({0, 0xff, 0x03, 1, 'A'})
                                        .raw({0, 0x90, 60, 80})
                                        .raw({0x83, 0x60, 0x80, 60, 64})
                                        .end());
  EXPECT_EQ(write_smf(score), expected);
}

TEST(SmfWriter, AtOneTickEndsEarlierNotesThenBeginsThenEndsTheNew) {
  const Bytes file = write_smf(with_notes({{.onset = 0, .end = 5, .pitch = 60},
                                           {.onset = 5, .end = 9, .pitch = 60},
                                           {.onset = 5, .end = 5, .pitch = 61}}));
  const Bytes events = TrackEvents()
                           .raw({0, 0x90, 60, 80})
                           .raw({5, 0x80, 60, 64})
                           .raw({0, 0x90, 60, 80})
                           .raw({0, 0x90, 61, 80})
                           .raw({0, 0x80, 61, 64})
                           .raw({4, 0x80, 60, 64})
                           .end();
  EXPECT_NE(std::search(file.begin(), file.end(), events.begin(), events.end()), file.end());
}

TEST(SmfWriter, CutsANoteWhereAnotherOfItsPitchBegins) {
  const Note longer{.onset = 0, .end = 100, .pitch = 60, .velocity = 50};
  const Note inside{.onset = 20, .end = 30, .pitch = 60, .velocity = 70};
  const std::vector<Note> expected = {{.onset = 0, .end = 20, .pitch = 60, .velocity = 50},
                                      {.onset = 20, .end = 100, .pitch = 60, .velocity = 70}};
  EXPECT_EQ(read_one(write_smf(with_notes({longer, inside}))).tracks[0].notes, expected);
}

TEST(SmfWriter, JoinsEqualNotesOfOneOnsetToTheLongestAndLoudest) {
  const std::vector<Note> twice = {{.onset = 3, .end = 8, .pitch = 60, .velocity = 90},
                                   {.onset = 3, .end = 20, .pitch = 60, .velocity = 40}};
  EXPECT_THAT(without_overlaps(twice),
              testing::ElementsAre(Note{.onset = 3, .end = 20, .pitch = 60, .velocity = 90}));
}

TEST(SmfWriter, LeavesUnisonsOfDifferentChannelsAndTracksAlone) {
  Score score = with_notes({{.onset = 0, .end = 9, .pitch = 60, .channel = 0},
                            {.onset = 2, .end = 5, .pitch = 60, .channel = 1}});
  score.tracks.push_back(score.tracks[0]);
  EXPECT_EQ(read_one(write_smf(score)), score);
}

TEST(SmfWriter, BridgesSilencesLongerThanOneDeltaTime) {
  const Tick late = (Tick{1} << 28) * 5 + 17;
  const Score score = with_notes({{.onset = late, .end = late + (Tick{1} << 28)}});
  EXPECT_EQ(read_one(write_smf(score)), score);
}

TEST(SmfWriter, EndsEveryNoteItBeginsWhateverOverlaps) {
  expect_property(300, [] {
    Score score = generate_score({.most_tracks = 2, .long_silences = false});
    // Overlaps of all kinds: every note moved and stretched, some twice.
    for (Track& track : score.tracks) {
      for (Note& note : track.notes) {
        note.onset /= 2;
        note.pitch = static_cast<std::uint8_t>(60 + note.pitch % 3);
      }
      track.notes.insert(track.notes.end(), track.notes.begin(),
                         track.notes.begin() + static_cast<std::ptrdiff_t>(track.notes.size() / 2));
    }
    const Score back = read_one(write_smf(score));  // strict: no note is left without an end
    for (const Track& track : back.tracks) RC_ASSERT(without_overlaps(track.notes) == track.notes);
    RC_ASSERT(read_one(write_smf(back)) == back);
  });
}

TEST(SmfWriter, RefusesWhatAMidiFileCannotHold) {
  EXPECT_THAT(error_of(with_notes({{.onset = 0, .end = 5, .pitch = 128}})),
              testing::HasSubstr("a pitch of 128 at tick 0: expected 0 to 127"));
  EXPECT_THAT(error_of(with_notes({{.onset = 0, .end = 5, .velocity = 0}})),
              testing::HasSubstr("a velocity of 0"));
  EXPECT_THAT(error_of(with_notes({{.onset = 9, .end = 5}})), testing::HasSubstr("ends before"));
  Score slow;
  slow.tempos = {{0, 20000000}};
  EXPECT_THAT(error_of(slow), testing::HasSubstr("3.58 quarter notes per minute"));
  Score odd;
  odd.meters = {{0, 4, 3}};
  EXPECT_THAT(error_of(odd), testing::HasSubstr("4/3 at tick 0"));
  Score gridless;
  gridless.ticks_per_quarter = 0;
  EXPECT_THAT(error_of(gridless), testing::HasSubstr("0 ticks per quarter"));
}

}  // namespace
}  // namespace toccata::notation
