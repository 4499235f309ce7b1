#include "music/to_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "music/from_score.h"
#include "support/properties.h"

namespace toccata::music {
namespace {

using testing::ElementsAre;

constexpr std::uint8_t kOnset = kPlay | kArticulate;

// Any Roll that from_score could give without trim: articulate where a note begins.
Roll any_roll() {
  const auto whole = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  Random random(*rc::gen::arbitrary<std::uint64_t>(), 0);
  const int low = whole(0, 120);
  const bool articulation = whole(0, 1) == 1;
  Roll roll = make_roll(whole(0, 30), low, low + whole(0, 7), whole(1, 96), articulation);
  const double density = random.uniform(), restrike = random.uniform();
  for (int t = 0; t < roll.steps; ++t) {
    for (int n = 0; n < roll.notes(); ++n) {
      if (random.uniform() >= density) continue;
      const bool held = t > 0 && (roll.frame(t - 1)[n] & kPlay);
      roll.frame(t)[n] = articulation && (!held || random.uniform() < restrike) ? kOnset : kPlay;
    }
  }
  MeterAt last;
  for (int i = whole(0, 3), step = 0; i > 0; --i) {
    MeterAt next{static_cast<double>(step), whole(1, 13), 1 << whole(0, 5)};
    step += whole(1, 12);
    if (next.step >= roll.steps) break;
    const bool same = next.numerator == last.numerator && next.denominator == last.denominator;
    if (same && next.step > 0) continue;
    roll.meters.push_back(last = next);
  }
  find_phases(roll);
  return roll;
}

Options options_of(const Roll& roll) {
  Options options;
  options.low = roll.low;
  options.high = roll.high;
  options.grid = roll.grid;
  options.articulation = roll.articulation;
  options.out_of_range = OutOfRange::refuse;
  options.trim = false;
  return options;
}

TEST(ToScore, RollToScoreToRollLosesNothing) {
  expect_property(10000, [] {
    const Roll roll = any_roll();
    const ReadRoll back = from_score(to_score(roll), options_of(roll), "back");
    RC_ASSERT(back.roll == roll);
    RC_ASSERT(back.statistics.merged == 0);
    RC_ASSERT(back.statistics.moved == 0);
  });
}

TEST(ToScore, ScoreOnTheGridToRollToScoreKeepsEveryNote) {
  expect_property(10000, [] {
    const auto whole = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
    Options options;
    options.grid = whole(1, 24);
    options.trim = false;
    const int ticks_per_step = whole(1, 100);
    notation::Score score;
    score.ticks_per_quarter = options.grid * ticks_per_step;
    notation::Track track;
    // Per pitch one note after another, with rests or without.
    std::map<int, notation::Tick> free;
    for (int i = whole(0, 40); i > 0; --i) {
      notation::Note note;
      note.pitch = static_cast<std::uint8_t>(whole(options.low, options.low + 5));
      note.onset = free[note.pitch] + whole(0, 3) * ticks_per_step;
      note.end = free[note.pitch] = note.onset + whole(1, 6) * ticks_per_step;
      track.notes.push_back(note);
      score.end = std::max(score.end, note.end);
    }
    const auto by_onset = [](const notation::Note& a, const notation::Note& b) {
      return a.onset != b.onset ? a.onset < b.onset : a.pitch < b.pitch;
    };
    std::sort(track.notes.begin(), track.notes.end(), by_onset);
    score.tracks.push_back(track);

    const ReadRoll read = from_score(score, options, "score");
    RC_ASSERT(read.statistics.notes_kept == static_cast<long>(track.notes.size()));
    notation::Score back = to_score(read.roll);
    const notation::Tick unit = back.ticks_per_quarter / options.grid;
    for (notation::Note& note : back.tracks.at(0).notes) {
      note.onset = note.onset / unit * ticks_per_step;
      note.end = note.end / unit * ticks_per_step;
    }
    RC_ASSERT(back.tracks.at(0).notes == track.notes);
    RC_ASSERT(back.end / unit * ticks_per_step == score.end);
  });
}

TEST(ToScore, WritesTempoMeterProgramAndVelocity) {
  Roll roll = make_roll(4, 60, 61, 7, true, {{0, 3, 4}});
  roll.frame(1)[1] = kOnset;
  roll.frame(2)[1] = kPlay;
  ToScoreOptions options;
  options.tempo = 100;
  options.velocity = 33;
  options.program = 19;
  options.track_name = "organ";
  const notation::Score score = to_score(roll, options);
  EXPECT_EQ(score.ticks_per_quarter, 483);  // the next multiple of 7
  EXPECT_THAT(score.tempos, ElementsAre(notation::TempoChange{0, 600000}));
  EXPECT_THAT(score.meters, ElementsAre(notation::MeterChange{0, 3, 4}));
  ASSERT_EQ(score.tracks.size(), 1u);
  EXPECT_EQ(score.tracks[0].name, "organ");
  EXPECT_THAT(score.tracks[0].programs, ElementsAre(notation::ProgramChange{0, 0, 19}));
  notation::Note note;
  note.onset = 69;
  note.end = 3 * 69;
  note.pitch = 61;
  note.velocity = 33;
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(note));
  EXPECT_EQ(score.end, 4 * 69);
}

TEST(ToScore, WithoutArticulationHeldNotesAreOneUntilPlayEnds) {
  Roll roll = make_roll(5, 60, 60, 1, false);
  for (const int t : {0, 1, 2, 4}) roll.frame(t)[0] = kPlay;
  const notation::Score score = to_score(roll);
  ASSERT_EQ(score.tracks[0].notes.size(), 2u);
  EXPECT_EQ(score.tracks[0].notes[0].end, 3 * 480);
  EXPECT_EQ(score.tracks[0].notes[1].onset, 4 * 480);
  EXPECT_EQ(score.tracks[0].notes[1].end, 5 * 480);
}

TEST(ToScore, ABarThatBeganBeforeStepNoughtIsKept) {
  Roll roll = make_roll(8, 60, 60, 4, true, {{-0.5, 3, 4}});
  roll.frame(0)[0] = roll.frame(7)[0] = kOnset;
  Options options = options_of(roll);
  options.trim = true;
  EXPECT_EQ(from_score(to_score(roll), options, "back").roll, roll);
}

TEST(ToScore, RefusesOptionsOutsideTheirBounds) {
  const Roll roll = make_roll(1, 60, 60, 4, true);
  const auto refused = [&](auto change) {
    ToScoreOptions options;
    change(options);
    try {
      to_score(roll, options);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::usage;
    }
  };
  EXPECT_TRUE(refused([](auto& o) { o.tempo = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.velocity = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.velocity = 128; }));
  EXPECT_TRUE(refused([](auto& o) { o.program = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.channel = 16; }));
  EXPECT_TRUE(refused([](auto& o) { o.ticks_per_quarter = 0; }));
}

}  // namespace
}  // namespace toccata::music
