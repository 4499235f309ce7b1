#include "corpus/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "corpus/test_music.h"

namespace toccata::corpus {
namespace {

using testing::Each;
using testing::Ge;
using testing::HasSubstr;

// Pieces that can be told apart by every single frame: a voice for the piece and two for the step.
std::vector<Piece> pieces_of(const std::vector<int>& lengths) {
  std::vector<Piece> pieces;
  for (std::size_t p = 0; p < lengths.size(); ++p) {
    Piece piece;
    piece.name = fmt::format("piece {}", p);
    piece.roll = music::make_roll(lengths[p], 0, 127, 4, true, {{0, 3, 4}});
    for (int t = 0; t < lengths[p]; ++t) {
      std::uint8_t* frame = piece.roll.frame(t);
      frame[20 + p] = music::kPlay;
      frame[40 + t % 32] = music::kPlay | music::kArticulate;
      frame[80 + t / 32] = music::kPlay;
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::vector<const Piece*> pointers(const std::vector<Piece>& pieces) {
  std::vector<const Piece*> all;
  for (const Piece& piece : pieces) all.push_back(&piece);
  return all;
}

int piece_of(const std::uint8_t* frame, int shift) {
  for (int p = 0; p < 20; ++p)
    if (frame[20 + p + shift]) return p;
  return -1;
}

// Every window of an epoch against the pieces it came from; returns how often each step came.
std::map<std::pair<int, int>, int> check_epoch(const std::vector<Piece>& pieces, Windows& windows,
                                               const WindowOptions& options, int shift = 0) {
  std::map<std::pair<int, int>, int> seen;
  const std::uint64_t count = windows.batches_in_epoch(windows.place().epoch);
  for (std::uint64_t k = 0; k < count; ++k) {
    const music::Batch batch = windows.next();
    EXPECT_EQ(batch.notes, 128);
    EXPECT_LE(batch.steps, options.steps);
    EXPECT_TRUE(batch.sequences == options.sequences || k + 1 == count);
    EXPECT_EQ(*std::max_element(batch.lengths.begin(), batch.lengths.end()), batch.steps);
    EXPECT_THAT(batch.lengths, Each(Ge(1)));
    for (int b = 0; b < batch.sequences; ++b) {
      const int p = piece_of(batch.frame(1, b), shift);
      const music::Roll& roll = pieces.at(static_cast<std::size_t>(p)).roll;
      const std::size_t stride = static_cast<std::size_t>(batch.sequences);
      for (int t = 1 - batch.history; t <= batch.steps; ++t) {
        const int length = batch.lengths[static_cast<std::size_t>(b)];
        const int begin = batch.step[static_cast<std::size_t>(b)];
        // Row t holds frame begin + t - 1; before the piece and after the window silence.
        std::vector<std::uint8_t> expected(128, 0);
        if (begin + t > 0 && t <= length)
          for (int n = 0; n < 128; ++n)
            if (roll.frame(begin + t - 1)[n])
              expected[static_cast<std::size_t>(n + shift)] = roll.frame(begin + t - 1)[n];
        const std::uint8_t* frame = batch.frame(t, b);
        EXPECT_EQ(std::vector<std::uint8_t>(frame, frame + 128), expected) << p << " row " << t;
        if (t < 0) continue;
        const std::size_t at = static_cast<std::size_t>(t) * stride + static_cast<std::size_t>(b);
        if (t >= length) {
          if (t < batch.steps) {
            EXPECT_EQ(batch.step[at], 0);
            EXPECT_EQ(batch.bar_phase[at], 0.0f);
          }
          continue;
        }
        EXPECT_EQ(batch.step[at], begin + t);
        EXPECT_EQ(batch.bar_phase[at], roll.bar_phase[static_cast<std::size_t>(begin + t)]);
        EXPECT_EQ(batch.beat_phase[at], roll.beat_phase[static_cast<std::size_t>(begin + t)]);
        ++seen[{p, begin + t}];
      }
    }
  }
  return seen;
}

TEST(Windows, DrawEveryStepOfEveryPieceOnceAnEpoch) {
  const std::vector<int> lengths = {1, 7, 16, 17, 100, 33, 250, 5};
  const std::vector<Piece> pieces = pieces_of(lengths);
  WindowOptions options;
  options.steps = 16;
  options.sequences = 5;
  options.history = 40;  // longer than a window
  Windows windows(pointers(pieces), options);
  for (int epoch = 0; epoch < 5; ++epoch) {
    EXPECT_EQ(windows.place(), (Windows::Place{static_cast<std::uint64_t>(epoch), 0}));
    const auto seen = check_epoch(pieces, windows, options);
    EXPECT_EQ(seen.size(), 1u + 7 + 16 + 17 + 100 + 33 + 250 + 5);
    for (const auto& [step, times] : seen) EXPECT_EQ(times, 1) << step.first << " " << step.second;
  }
}

TEST(Windows, KeepShortPiecesWholeAndMoveTheCutsOfLongOnes) {
  const std::vector<Piece> pieces = pieces_of({16, 100});
  WindowOptions options;
  options.steps = 16;
  options.sequences = 100;
  Windows windows(pointers(pieces), options);
  std::set<int> first_lengths;
  for (int epoch = 0; epoch < 200; ++epoch) {
    const music::Batch batch = windows.next();
    EXPECT_EQ(windows.place().batch, 0u);
    for (int b = 0; b < batch.sequences; ++b) {
      const std::size_t at = static_cast<std::size_t>(b);
      if (piece_of(batch.frame(1, b), 0) == 0) {
        EXPECT_EQ(batch.lengths[at], 16);
      } else if (batch.step[at] == 0) {
        first_lengths.insert(batch.lengths[at]);
      }
    }
  }
  EXPECT_EQ(first_lengths.size(), 16u);  // 1..16, each once in 200 epochs with near certainty
}

TEST(Windows, NumberTheirSamplesOnceForAll) {
  const std::vector<Piece> pieces = pieces_of({50, 60, 70});
  WindowOptions options;
  options.steps = 8;
  options.sequences = 3;
  Windows windows(pointers(pieces), options);
  std::set<std::uint64_t> samples;
  std::size_t count = 0;
  while (windows.place().epoch < 20) {
    for (const std::uint64_t sample : windows.next().sample) {
      samples.insert(sample);
      ++count;
    }
  }
  EXPECT_EQ(samples.size(), count);
}

bool equal(const music::Batch& a, const music::Batch& b) {
  return a.steps == b.steps && a.sequences == b.sequences && a.notes == b.notes &&
         a.frames == b.frames && a.bar_phase == b.bar_phase && a.beat_phase == b.beat_phase &&
         a.step == b.step && a.lengths == b.lengths && a.sample == b.sample;
}

TEST(Windows, GoOnFromAnyPlaceAsIfNeverStopped) {
  const std::vector<Piece> pieces = pieces_of({50, 60, 70, 9});
  WindowOptions options;
  options.steps = 8;
  options.sequences = 4;
  options.transpose = 3;
  options.seed = 7;
  Windows whole(pointers(pieces), options);
  std::vector<std::pair<Windows::Place, music::Batch>> all;
  while (whole.place().epoch < 3) {
    const Windows::Place place = whole.place();
    all.emplace_back(place, whole.next());
  }
  for (std::size_t i = 0; i < all.size(); i += 3) {
    Windows resumed(pointers(pieces), options);
    resumed.seek(all[i].first);
    for (std::size_t k = i; k < std::min(i + 4, all.size()); ++k)
      EXPECT_TRUE(equal(resumed.next(), all[k].second)) << i << " " << k;
  }
}

TEST(Windows, SeedsAndEpochsGiveOtherOrders) {
  const std::vector<Piece> pieces = pieces_of({100, 100, 100});
  WindowOptions options;
  options.steps = 8;
  Windows first(pointers(pieces), options);
  options.seed = 2;
  Windows second(pointers(pieces), options);
  EXPECT_FALSE(equal(first.next(), second.next()));
  first.seek({0, 0});
  const music::Batch here = first.next();
  first.seek({1, 0});
  EXPECT_FALSE(equal(here, first.next()));
}

TEST(Windows, MixThePieces) {
  // Of 40 windows in 10 batches of 4, hardly a batch may hold one piece alone.
  const std::vector<Piece> pieces = pieces_of({80, 80, 80, 80});
  WindowOptions options;
  options.steps = 8;
  options.sequences = 4;
  Windows windows(pointers(pieces), options);
  int alone = 0;
  const std::uint64_t count = windows.batches_in_epoch(0);
  for (std::uint64_t k = 0; k < count; ++k) {
    const music::Batch batch = windows.next();
    std::set<int> here;
    for (int b = 0; b < batch.sequences; ++b) here.insert(piece_of(batch.frame(1, b), 0));
    alone += here.size() == 1 && batch.sequences == 4;
  }
  EXPECT_LE(alone, 2);
}

TEST(Windows, TransposeWithinTheRange) {
  Piece piece;
  piece.name = "narrow";
  piece.roll = music::make_roll(10, 60, 71, 4, true);  // 12 pitches
  for (int t = 0; t < 10; ++t) {
    piece.roll.frame(t)[2] = music::kPlay | music::kArticulate;  // may go down by 2
    piece.roll.frame(t)[8] = music::kPlay;                       // and up by 3
  }
  WindowOptions options;
  options.transpose = 6;
  options.sequences = 1;
  Windows windows({&piece}, options);
  std::map<int, int> times;
  for (int epoch = 0; epoch < 600; ++epoch) {
    const music::Batch batch = windows.next();
    int low = 0;
    while (!batch.frame(1, 0)[low]) ++low;
    ++times[low - 2];
    for (int t = 1; t <= 10; ++t) {
      std::vector<std::uint8_t> expected(12, 0);
      expected[static_cast<std::size_t>(low)] = music::kPlay | music::kArticulate;
      expected[static_cast<std::size_t>(low + 6)] = music::kPlay;
      ASSERT_EQ(std::vector<std::uint8_t>(batch.frame(t, 0), batch.frame(t, 0) + 12), expected);
    }
  }
  ASSERT_EQ(times.size(), 6u);  // -2 … 3
  EXPECT_EQ(times.begin()->first, -2);
  for (const auto& [shift, count] : times) EXPECT_NEAR(count, 100, 40) << shift;
}

TEST(Windows, LetSomeNotesGoUnheard) {
  const std::vector<Piece> pieces = pieces_of({400, 300});
  WindowOptions options;
  options.steps = 64;
  options.history = 9;
  Windows plain(pointers(pieces), options);
  options.input_dropout = 0.25;
  Windows windows(pointers(pieces), options);
  int notes = 0, heard = 0;
  while (windows.place().epoch == 0) {
    const music::Batch batch = windows.next();
    EXPECT_EQ(batch.frames, plain.next().frames);  // the truth stays
    ASSERT_EQ(batch.heard.size(), batch.frames.size());
    for (std::size_t i = 0; i < batch.frames.size(); ++i) {
      if (batch.heard[i] != 0) {
        EXPECT_EQ(batch.heard[i], batch.frames[i]);
      }
      notes += batch.frames[i] != 0;
      heard += batch.heard[i] != 0;
    }
    EXPECT_EQ(batch.heard_frame(1, 0) - batch.heard.data(),
              batch.frame(1, 0) - batch.frames.data());
  }
  const double share = static_cast<double>(heard) / notes;
  EXPECT_NEAR(share, 0.75, 5 * std::sqrt(0.25 * 0.75 / notes));
  EXPECT_TRUE(plain.next().heard.empty());
}

TEST(Windows, TransposeAllWindowsOfAPieceAlikeInOneEpoch) {
  const std::vector<Piece> pieces = pieces_of({100, 50});
  WindowOptions options;
  options.steps = 16;
  options.sequences = 20;
  options.transpose = 4;
  Windows windows(pointers(pieces), options);
  const music::Batch batch = windows.next();
  std::set<int> lows;
  for (int b = 0; b < batch.sequences; ++b) {
    int low = 0;
    while (!batch.frame(1, b)[low]) ++low;
    lows.insert(low);
  }
  EXPECT_GT(batch.sequences, 8);
  EXPECT_LE(lows.size(), 2u);  // one lowest pitch a piece
}

TEST(Windows, RefuseWhatTheyCannotDo) {
  const std::vector<Piece> pieces = pieces_of({10});
  EXPECT_THROW(Windows({}, {}), Error);
  const std::vector<Piece> silent = pieces_of({0});
  EXPECT_THROW(Windows(pointers(silent), {}), Error);
  Piece other = pieces[0];
  other.roll = music::make_roll(4, 21, 108, 4, true);
  try {
    Windows({&pieces[0], &other}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("21..108"));
  }
  for (const auto& [steps, sequences, transpose] :
       {std::tuple{0, 1, 0}, {1, 0, 0}, {1, 1, -1}, {1, 1, 128}}) {
    WindowOptions options;
    options.steps = steps;
    options.sequences = sequences;
    options.transpose = transpose;
    EXPECT_THROW(Windows(pointers(pieces), options), Error);
  }
  Windows windows(pointers(pieces), {});
  EXPECT_THROW(windows.seek({0, 1}), Error);
}

}  // namespace
}  // namespace toccata::corpus
