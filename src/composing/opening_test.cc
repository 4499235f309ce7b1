// How pieces begin and close, and that chords sound where they begin.
#include <gtest/gtest.h>

#include <array>
#include <bit>

#include "composing/test_pieces.h"
#include "listening/tiny_model.h"

namespace toccata::composing {
namespace {

std::vector<int> sounding(const music::Roll& roll, int t) {
  std::vector<int> pitches;
  for (int n = 0; n < roll.notes(); ++n)
    if (roll.frame(t)[n] & music::kPlay) pitches.push_back(roll.low + n);
  return pitches;
}

PitchClasses classes(const std::vector<int>& pitches) {
  PitchClasses all = 0;
  for (const int pitch : pitches) all |= static_cast<PitchClasses>(1 << (pitch % 12));
  return all;
}

TEST(Opening, APieceBeginsWithANoteWhereThatIsAskedFor) {
  const network::Model model = listening::tiny_model(4, true, 6);
  const auto silent = [&](Opening opening) {
    int count = 0;
    for (const Composed& piece : pieces_of(model, {.pieces = 40, .steps = 4, .opening = opening}))
      count += sounding(piece.roll, 0).empty();
    return count;
  };
  EXPECT_GT(silent(Opening::any), 0);
  EXPECT_EQ(silent(Opening::sound), 0);
}

TEST(Ending, OnItsOwnKeysTonicWhateverTheKeyIs) {
  const network::Model model = listening::tiny_model(24, true, 4);
  for (const Composed& piece : pieces_of(model, {.pieces = 6, .steps = 32, .ending = "own"})) {
    std::array<float, 12> sounded{};
    for (int t = 0; t < 31; ++t) {
      if (t == 16 || t >= 28) {  // the last bar's chord is settled anew in each of its steps
        const Key key = key_of(sounded);
        const int third = key.minor ? 3 : 4;
        const auto chord = static_cast<PitchClasses>(
            1 << key.tonic | 1 << (key.tonic + third) % 12 | 1 << (key.tonic + 7) % 12);
        const std::vector<int> pitches = sounding(piece.roll, t);
        EXPECT_EQ(classes(pitches) & ~chord, 0) << t;
        if (t >= 28) {
          ASSERT_FALSE(pitches.empty());
          EXPECT_EQ(pitches.front() % 12, key.tonic);
          EXPECT_EQ(classes(pitches), chord);
        }
      }
      for (const int pitch : sounding(piece.roll, t))
        sounded[static_cast<std::size_t>(pitch % 12)] += 1;
    }
  }
}

TEST(Ending, KeysAreFoundByTheirNotes) {
  std::array<float, 12> scale{};
  EXPECT_EQ(key_of(scale), Key{});
  for (const std::size_t k : {2, 4, 6, 7, 9, 11, 1}) scale[k] = 4;
  scale[2] = 8;
  scale[9] = 6;
  EXPECT_EQ(key_of(scale), (Key{2, false}));
  std::array<float, 12> minor{};
  for (const std::size_t k : {9, 11, 0, 2, 4, 5, 8}) minor[k] = 3;
  minor[9] = 8;
  minor[4] = 6;
  EXPECT_EQ(key_of(minor), (Key{9, true}));
}

TEST(Chords, SoundWhereTheyBegin) {
  const network::Model model = listening::tiny_model(24, false, 4);
  for (const int particles : {1, 16}) {
    for (const Composed& piece : pieces_of(
             model, {.pieces = 4, .steps = 64, .chords = "C | Am F", .particles = particles})) {
      for (const auto& [step, chord] :
           {std::pair{0, 0x091}, {16, 0x211}, {24, 0x221}, {32, 0x091}, {56, 0x221}}) {
        const std::vector<int> pitches = sounding(piece.roll, step);
        EXPECT_GE(pitches.size(), 3U) << step;
        EXPECT_EQ(classes(pitches) & ~chord, 0);
        EXPECT_GE(std::popcount(classes(pitches)), 2);
      }
    }
  }
  // With one voice it is the root.
  for (const Composed& piece :
       pieces_of(model, {.pieces = 4, .steps = 32, .most_notes = 1, .chords = "C | F"})) {
    EXPECT_EQ(classes(sounding(piece.roll, 0)), 1);
    EXPECT_EQ(classes(sounding(piece.roll, 16)), 1 << 5);
  }
}

TEST(Order, WhatIsNotSaidIsAsTheModelHasIt) {
  const Manner manner = parse_manner("pitches 40-70, register 55-60");
  const auto filled = [&](Order order) {
    fill_in(order, manner);
    return order;
  };
  Order plain = filled({});
  EXPECT_EQ(plain.manner.text(), manner.text());
  EXPECT_EQ(plain.ending.text(), "own");
  EXPECT_EQ(plain.opening, Opening::sound);
  EXPECT_EQ(filled({.key = "D minor"}).ending.text(), "tonic");
  EXPECT_TRUE(filled({.chords = "C"}).ending.empty());
  EXPECT_EQ(filled({.ending = "none"}).ending.text(), "none");
  EXPECT_TRUE(filled({.range = "all"}).manner.empty());
  EXPECT_EQ(filled({.range = "40-70"}).manner.text(), "pitches 0-127, register 55-60");
  EXPECT_TRUE(filled({.range = "C5-C6"}).manner.empty());
  EXPECT_EQ(filled({.manner = "free"}).manner.text(), "free");
  const Order given{.melody = GivenFile{"a.mid"}};
  EXPECT_EQ(filled(given), given);
}

}  // namespace
}  // namespace toccata::composing
