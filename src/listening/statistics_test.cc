#include "listening/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toccata::listening {
namespace {

struct Struck {
  int pitch, onset, length;
};

music::Roll roll_of(const std::vector<Struck>& notes, int steps,
                    std::vector<music::MeterAt> meters = {}) {
  music::Roll roll = music::make_roll(steps, 24, 101, 4, true, std::move(meters));
  for (const Struck& note : notes) {
    for (int t = note.onset; t < note.onset + note.length; ++t) {
      roll.frame(t)[note.pitch - 24] = t == note.onset ? 3 : 1;
    }
  }
  return roll;
}

// Two bars of 4/4: C4 for two quarters, E4 with G4 for one, C5 for a half in the second bar.
const std::vector<Struck> kTune = {{60, 0, 8}, {64, 8, 4}, {67, 8, 4}, {72, 16, 8}};

TEST(Statistics, OfPitchByHand) {
  const Statistics s = statistics(roll_of(kTune, 32));
  EXPECT_EQ(s.total_used_note, 4);
  EXPECT_EQ(s.pitch_median, 65.5);
  EXPECT_NEAR(s.pitch_sd, std::sqrt((5.75 * 5.75 + 1.75 * 1.75 + 1.25 * 1.25 + 6.25 * 6.25) / 4),
              1e-12);
  EXPECT_EQ(s.pitch_range, 12);
  EXPECT_EQ(s.n_pitches_used, 4);
  EXPECT_EQ(s.n_pitch_classes_used, 3);
  EXPECT_NEAR(s.pitch_entropy, 2, 1e-12);
  EXPECT_NEAR(s.pitch_class_entropy, 1.5, 1e-12);
  EXPECT_EQ(s.scale_consistency, 1);
  EXPECT_NEAR(s.avg_pitch_shift, (4 + 3 + 5) / 3.0, 1e-12);
}

TEST(Statistics, OfTimeByHand) {
  const Statistics s = statistics(roll_of(kTune, 32));
  EXPECT_NEAR(s.polyphony, (8 + 8 + 8) / 20.0, 1e-12);  // 20 of 32 steps sound
  EXPECT_NEAR(s.polyphony_rate, 4 / 32.0, 1e-12);
  EXPECT_NEAR(s.empty_beat_rate, 3 / 8.0, 1e-12);
  EXPECT_EQ(s.empty_measure_rate, 0);
  EXPECT_NEAR(s.avg_ioi, (2 + 2) / 2.0, 1e-12);
  EXPECT_NEAR(s.mean_note_length, (2 + 1 + 1 + 2) / 4.0, 1e-12);
  EXPECT_NEAR(s.notes_per_step, 4 / 32.0, 1e-12);
  // Onsets at 0 and 8 of the first bar, at 0 of the second: one of 16 places differs.
  EXPECT_NEAR(s.groove_consistency, 15 / 16.0, 1e-12);
  EXPECT_EQ(s.repeated_bars, 0);
}

TEST(Statistics, ScaleConsistencyTakesTheBestScale) {
  // Of D major's scale all but the F.
  const Statistics s = statistics(
      roll_of({{62, 0, 1}, {64, 1, 1}, {66, 2, 1}, {69, 3, 1}, {73, 4, 1}, {65, 5, 1}}, 8));
  EXPECT_NEAR(s.scale_consistency, 5 / 6.0, 1e-12);
}

TEST(Statistics, ARepeatedBarEqualsAnEarlierOneNoteForNote) {
  // Waltz bars A B A A': the last has another length of its note; and a bar of silence.
  const Statistics s =
      statistics(roll_of({{60, 0, 4}, {62, 12, 4}, {60, 24, 4}, {60, 36, 8}}, 60, {{0, 3, 4}}));
  EXPECT_NEAR(s.repeated_bars, 1 / 3.0, 1e-12);
  EXPECT_NEAR(s.empty_measure_rate, 1 / 5.0, 1e-12);
}

TEST(Statistics, SilenceHasNoPitchAndNoPolyphony) {
  const Statistics s = statistics(roll_of({}, 16));
  EXPECT_EQ(s.total_used_note, 0);
  EXPECT_TRUE(std::isnan(s.pitch_entropy));
  EXPECT_TRUE(std::isnan(s.pitch_range));
  EXPECT_TRUE(std::isnan(s.polyphony));
  EXPECT_TRUE(std::isnan(s.avg_ioi));
  EXPECT_EQ(s.empty_beat_rate, 1);
}

TEST(Statistics, TheListNamesEachFieldOnce) {
  EXPECT_EQ(all_statistics().size() * sizeof(double), sizeof(Statistics));
  Statistics s{};
  for (const Statistic& statistic : all_statistics()) EXPECT_EQ((s.*statistic.value)++, 0);
}

}  // namespace
}  // namespace toccata::listening
