#include "listening/fit_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "listening/likelihood.h"
#include "listening/tiny_model.h"

namespace toccata::listening {
namespace {

Progress quiet;
const Stop never;

/// Pieces that say a theme of eight random frames again and again.
std::vector<corpus::Piece> themes(const network::Model& model, int count) {
  std::vector<corpus::Piece> pieces;
  for (int i = 0; i < count; ++i) {
    pieces.push_back(random_piece_for(model, std::to_string(i), 40, static_cast<std::uint64_t>(i)));
    music::Roll& roll = pieces.back().roll;
    for (int t = 8; t < roll.steps; ++t)
      for (int n = 0; n < roll.notes(); ++n) {
        const bool before = roll.frame(t - 1)[n] & music::kPlay;
        std::uint8_t cell = roll.frame(t - 8)[n];
        if (cell == music::kPlay && !before && roll.articulation) cell |= music::kArticulate;
        roll.frame(t)[n] = cell;
      }
  }
  return pieces;
}

std::vector<const corpus::Piece*> pointers(const std::vector<corpus::Piece>& pieces) {
  std::vector<const corpus::Piece*> result;
  for (const corpus::Piece& piece : pieces) result.push_back(&piece);
  return result;
}

TEST(FitMemory, GainsOnPiecesThatRepeatAndIsTheirExactLikelihood) {
  for (const bool articulation : {false, true}) {
    network::Model model = tiny_model(6, articulation);
    const std::vector<corpus::Piece> pieces = themes(model, 8);
    const MemoryFit fit = fit_memory(model, pointers(pieces), Remembered::all, 1, quiet, never);
    EXPECT_NEAR(fit.without,
                likelihood(model, pointers(pieces), {.threads = 1}, quiet, never).per_step(), 1e-9);
    EXPECT_GT(fit.unseen, fit.without + 2);
    EXPECT_GT(fit.with, fit.unseen);
    // What was fitted on whole frames is what the stepper says note by note.
    model.config.memory = fit.memory;
    EXPECT_NEAR(fit.with,
                likelihood(model, pointers(pieces), {.threads = 1}, quiet, never).per_step(), 1e-5);
    // A memory that it has is not taken into account.
    EXPECT_EQ(fit_memory(model, pointers(pieces), Remembered::all, 3, quiet, never).memory,
              fit.memory);
  }
}

TEST(FitMemory, FindsNothingWhereNothingRepeats) {
  const network::Model model = tiny_model(6, false);
  std::vector<corpus::Piece> pieces;
  for (std::uint64_t i = 0; i < 8; ++i)
    pieces.push_back(random_piece_for(model, std::to_string(i), 40, 100 + i));
  // Random cells at even odds, under a network far from them: only its slopes can gain.
  const MemoryFit fit = fit_memory(model, pointers(pieces), Remembered::all, 1, quiet, never);
  EXPECT_LE(fit.with, -6 * 0.69);
}

TEST(FitMemory, OfOnsetsRepeatsNoHeldNotesAndNoSilence) {
  const network::Model model = tiny_model(6, true);
  const std::vector<corpus::Piece> pieces = themes(model, 8);
  const MemoryFit all = fit_memory(model, pointers(pieces), Remembered::all, 1, quiet, never);
  const MemoryFit fit = fit_memory(model, pointers(pieces), Remembered::onsets, 1, quiet, never);
  EXPECT_GT(fit.unseen, fit.without + 1);
  for (const network::Memory::Copyist& copyist : fit.memory.copyists) {
    EXPECT_EQ(copyist.trust[4], -50);
    EXPECT_EQ(copyist.trust[8], -50);
    EXPECT_GT(copyist.trust[0], -50);
  }
  // The traits are those that the matcher has for a held and for a silent frame.
  music::Matcher matcher(model.config.cells(), 6);
  const std::uint8_t held[6] = {music::kPlay}, silent[6] = {};
  for (const std::uint8_t* frame : {held, held, held, silent, silent, silent, held, held})
    matcher.remember(frame);
  bool has_held = false;
  for (const music::Recollection& one : matcher.offered()) {
    has_held = has_held || one.traits[4] == 1;
    EXPECT_EQ(one.traits[8] == 1, one.frame == music::FrameBits{});
  }
  EXPECT_TRUE(has_held);
  EXPECT_NE(all.memory, fit.memory);
}

TEST(FitMemory, RefusesOnePieceAndStopsWhenAsked) {
  const network::Model model = tiny_model(3, false);
  const std::vector<corpus::Piece> pieces = themes(model, 2);
  try {
    fit_memory(model, std::vector{&pieces[0]}, Remembered::all, 1, quiet, never);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("expected two or more, found 1"));
  }
  Stop stop;
  stop.request(2);
  EXPECT_THROW(fit_memory(model, pointers(pieces), Remembered::all, 1, quiet, stop), Error);
}

}  // namespace
}  // namespace toccata::listening
