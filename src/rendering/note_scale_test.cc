#include "rendering/note_scale.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "rendering/piano_roll.h"

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;

// Relative luminance (WCAG 2.1).
double luminance(const Colour& colour) {
  const auto linear = [](double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

notation::Score two_tracks() {
  notation::Score score;
  for (int track = 0; track < 2; ++track) {
    score.tracks.emplace_back();
    for (int i = 0; i < 3; ++i) {
      notation::Note note;
      note.onset = i * 480;
      note.end = note.onset + 480;
      note.pitch = static_cast<std::uint8_t>(60 + 7 * track + i);
      score.tracks.back().notes.push_back(note);
    }
  }
  score.end = 1920;
  return score;
}

PianoRollOptions with_values(std::vector<double> values) {
  PianoRollOptions options;
  options.scale = NoteScale{"surprise", "nats", 6, "expected", "surprising", std::move(values)};
  return options;
}

TEST(NoteScale, LightnessGoesOneWaySoThatTheOrderIsSeenWithoutColour) {
  for (const Theme theme : {Theme::light, Theme::dark}) {
    double last = luminance(scale_colour(theme, 0));
    for (double share = 0.02; share <= 1; share += 0.02) {
      const double next = luminance(scale_colour(theme, share));
      EXPECT_GT(theme == Theme::light ? last - next : next - last, 0) << share;
      last = next;
    }
    // Even the faintest note stands out from its ground.
    const double ground = luminance(palette(theme).field),
                 faint = luminance(scale_colour(theme, 0));
    EXPECT_GT((std::max(ground, faint) + 0.05) / (std::min(ground, faint) + 0.05), 1.9);
  }
}

TEST(NoteScale, WhatIsBeyondTheScaleHasItsLastColour) {
  EXPECT_EQ(scale_colour(Theme::light, 7), scale_colour(Theme::light, 1));
  EXPECT_EQ(scale_colour(Theme::light, -1), scale_colour(Theme::light, 0));
}

TEST(NoteScale, EachNotesValueIsSeenInThePicture) {
  const notation::Score score = two_tracks();
  const std::vector<double> values(6, 1.0);
  const Bytes whole = to_svg(piano_roll(score, with_values(values)).picture);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<double> other = values;
    other[i] = 5;
    const PianoRoll roll = piano_roll(score, with_values(other));
    EXPECT_NE(to_svg(roll.picture), whole) << "note " << i;
    EXPECT_THAT(roll.picture.description, HasSubstr("the mean is 1.67 and the most 5.00 nats"));
  }
}

TEST(NoteScale, AnotherNumberOfValuesThanNotesIsAnError) {
  EXPECT_THROW(piano_roll(two_tracks(), with_values({1, 2, 3})), Error);
  EXPECT_THROW(piano_roll(two_tracks(), with_values({1, 2, 3, 4, 5, 6, 7})), Error);
}

}  // namespace
}  // namespace toccata::rendering
