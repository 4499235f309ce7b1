#include "listening/copying.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace toccata::listening {
namespace {

corpus::Piece random_piece(std::string name, std::uint64_t seed, int steps) {
  corpus::Piece piece{std::move(name), music::make_roll(steps, 24, 101, 4, true), ""};
  Random random(seed, 0);
  for (int t = 0; t < steps; ++t) {
    for (std::uint64_t k = random.below(3); k > 0; --k) {
      piece.roll.frame(t)[12 + random.below(50)] = 3;
    }
  }
  return piece;
}

// Steps begin … begin+length-1 of `from`, moved by `shift` semitones, over those of `to` at `at`.
void quote(const music::Roll& from, int begin, int length, int shift, music::Roll& to, int at) {
  for (int t = 0; t < length; ++t) {
    for (int n = 0; n < to.notes(); ++n) {
      const int source = n - shift;
      to.frame(at + t)[n] =
          source >= 0 && source < from.notes() ? from.frame(begin + t)[source] : 0;
    }
  }
}

TEST(Copying, FindsAPlantedTransposedQuotation) {
  const corpus::Piece a = random_piece("a", 1, 400), b = random_piece("b", 2, 400);
  corpus::Piece made = random_piece("made", 3, 300);
  quote(b.roll, 100, 64, -5, made.roll, 37);
  const corpus::Piece* corpus[] = {&a, &b};
  const Copying copying = CopyIndex(corpus).longest(made.roll);
  const Copy& copy = copying.most_notes;
  EXPECT_EQ(copy.source, "b");
  EXPECT_EQ(copy.transposition, -5);
  EXPECT_EQ(copy.source_step - copy.step, 100 - 37);
  int planted = 0;
  for (const RollNote& note : notes_of(b.roll)) planted += note.onset >= 100 && note.onset < 164;
  EXPECT_GE(copy.notes, planted);
  EXPECT_LE(copy.notes, planted + 2);  // chance may lengthen it by a note on either side
  EXPECT_NEAR(copy.beats, 16, 1);
  EXPECT_EQ(copy.source_bar, 1 + copy.source_step / 16);
  EXPECT_EQ(copying.most_beats.source, "b");
}

TEST(Copying, TheFirstStretchLongerThanALimitIsFound) {
  const corpus::Piece a = random_piece("a", 1, 400);
  corpus::Piece made = random_piece("made", 3, 300);
  quote(a.roll, 100, 32, 2, made.roll, 40);    // 8 beats
  quote(a.roll, 200, 64, -3, made.roll, 120);  // 16 beats
  const corpus::Piece* corpus[] = {&a};
  const CopyIndex index(corpus);
  const std::optional<Copy> first = index.first_longer(made.roll, 6, 2);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->transposition, 2);
  EXPECT_NEAR(first->step, 40, 2);
  const std::optional<Copy> longer = index.first_longer(made.roll, 10, 2);
  ASSERT_TRUE(longer);
  EXPECT_EQ(longer->transposition, -3);
  EXPECT_EQ(longer->step, index.longest(made.roll).most_beats.step);
  EXPECT_EQ(longer->beats, index.longest(made.roll).most_beats.beats);
  // Longer than, not as long as.
  EXPECT_FALSE(index.first_longer(made.roll, longer->beats, 2));
  EXPECT_FALSE(index.first_longer(made.roll, 6, 1000));
}

TEST(Copying, APieceOfTheCorpusStandsInItWhole) {
  const corpus::Piece a = random_piece("a", 1, 200);
  const corpus::Piece* corpus[] = {&a};
  const Copying copying = CopyIndex(corpus).longest(a.roll);
  EXPECT_EQ(copying.most_notes.notes, static_cast<int>(notes_of(a.roll).size()));
  EXPECT_EQ(copying.most_notes.transposition, 0);
}

TEST(Copying, DoesNotReachFromOnePieceIntoTheNext) {
  corpus::Piece first{"first", music::make_roll(4, 60, 72, 4, true), ""};
  first.roll.frame(0)[0] = first.roll.frame(2)[3] = 3;
  corpus::Piece second = first;
  second.name = "second";
  corpus::Piece made{"made", music::make_roll(8, 60, 72, 4, true), ""};
  made.roll.frame(0)[0] = made.roll.frame(2)[3] = made.roll.frame(4)[0] = made.roll.frame(6)[3] = 3;
  const corpus::Piece* corpus[] = {&first, &second};
  EXPECT_EQ(CopyIndex(corpus).longest(made.roll).most_notes.notes, 2);
}

TEST(Copying, MostNotesAndMostBeatsMayBeDifferentStretches) {
  corpus::Piece fast{"fast", music::make_roll(8, 60, 72, 4, true), ""};
  for (int t = 0; t < 8; ++t) fast.roll.frame(t)[t] = 3;
  corpus::Piece slow{"slow", music::make_roll(64, 60, 72, 4, true), ""};
  for (int k = 0; k < 4; ++k) slow.roll.frame(16 * k)[2 * k] = 3;
  corpus::Piece made{"made", music::make_roll(80, 60, 72, 4, true), ""};
  quote(fast.roll, 0, 8, 1, made.roll, 0);
  quote(slow.roll, 0, 64, 2, made.roll, 11);
  const corpus::Piece* corpus[] = {&fast, &slow};
  const Copying copying = CopyIndex(corpus).longest(made.roll);
  EXPECT_EQ(copying.most_notes.source, "fast");
  EXPECT_EQ(copying.most_notes.notes, 8);
  EXPECT_EQ(copying.most_beats.source, "slow");
  EXPECT_EQ(copying.most_beats.beats, 12);
  EXPECT_EQ(copying.most_beats.bar, 1);
}

TEST(Copying, SilenceCopiesNothing) {
  const corpus::Piece a = random_piece("a", 1, 50);
  const corpus::Piece* corpus[] = {&a};
  EXPECT_EQ(CopyIndex(corpus).longest(music::make_roll(50, 24, 101, 4, true)).most_notes.notes, 0);
}

TEST(Copying, RefusesAnEmptyCorpusAndAnotherGrid) {
  EXPECT_THROW(CopyIndex({}), Error);
  const corpus::Piece a = random_piece("a", 1, 50);
  const corpus::Piece* corpus[] = {&a};
  EXPECT_THROW(CopyIndex(corpus).longest(music::make_roll(50, 24, 101, 8, true)), Error);
}

// The longest stretch by trying every pair of beginnings.
std::pair<int, int> by_trying(const std::vector<RollNote>& made,
                              const std::vector<std::vector<RollNote>>& corpus) {
  int most = 0, steps = -1;
  for (std::size_t i = 0; i < made.size(); ++i) {
    for (const auto& piece : corpus) {
      for (std::size_t j = 0; j < piece.size(); ++j) {
        std::size_t k = 1;
        while (i + k < made.size() && j + k < piece.size() &&
               made[i + k].onset - made[i].onset == piece[j + k].onset - piece[j].onset &&
               made[i + k].pitch - made[i].pitch == piece[j + k].pitch - piece[j].pitch) {
          ++k;
        }
        if (k < 2) continue;
        most = std::max(most, static_cast<int>(k));
        steps = std::max(steps, made[i + k - 1].onset - made[i].onset);
      }
    }
  }
  return {most, steps};
}

RC_GTEST_PROP(Copying, EqualsTryingEveryPairOfBeginnings, ()) {
  const auto piece_of = [](const char* name) {
    const auto cells = *rc::gen::container<std::vector<std::uint8_t>>(
        rc::gen::weightedElement<std::uint8_t>({{3, 0}, {2, 3}, {1, 1}}));
    corpus::Piece piece{name, music::make_roll(static_cast<int>(cells.size()) / 2, 60, 61, 4, true),
                        ""};
    std::copy_n(cells.begin(), piece.roll.cells.size(), piece.roll.cells.begin());
    return piece;
  };
  const corpus::Piece a = piece_of("a"), b = piece_of("b"), made = piece_of("made");
  const corpus::Piece* corpus[] = {&a, &b};
  const Copying copying = CopyIndex(corpus).longest(made.roll);
  const auto [notes, steps] = by_trying(notes_of(made.roll), {notes_of(a.roll), notes_of(b.roll)});
  RC_ASSERT(copying.most_notes.notes == notes);
  if (notes > 0) RC_ASSERT(copying.most_beats.beats * 4 == steps);
}

}  // namespace
}  // namespace toccata::listening
