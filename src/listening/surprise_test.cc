#include "listening/surprise.h"

#include <gtest/gtest.h>

#include "listening/likelihood.h"
#include "listening/tiny_model.h"

namespace toccata::listening {
namespace {

Progress quiet;
const Stop never;

TEST(Surprise, OfAllNotesAndStepsIsThePiecesLikelihood) {
  const network::Model model = tiny_model(5, true);
  const corpus::Piece piece = random_piece_for(model, "a", 30, 1);
  const corpus::Piece* pieces[] = {&piece};
  const Likelihood whole = likelihood(model, pieces, {.threads = 1}, quiet, never);
  const Surprise result = surprise(model, piece.roll, "a", 1, quiet, never);
  EXPECT_NEAR(result.nats, whole.nats, 1e-9);
  double steps = 0;
  for (int t = 0; t < 30; ++t) steps += result.of_step(t);
  EXPECT_NEAR(steps, whole.nats, 1e-4);
}

TEST(Surprise, OfNotesIsThatOfTheirCells) {
  const network::Model model = tiny_model(2, true);
  corpus::Piece piece{"a", music::make_roll(4, 60, 61, 4, true), ""};
  piece.roll.cells = {3, 0, 1, 0, 3, 3, 0, 1};
  const Surprise all = surprise(model, piece.roll, "a", 1, quiet, never);
  const auto cell = [&](int t, int n) {
    return static_cast<double>(all.of_cells[static_cast<std::size_t>(2 * t + n)]);
  };
  const std::vector<NoteSurprise> notes = note_surprises(piece.roll, all);
  ASSERT_EQ(notes.size(), 3u);
  EXPECT_EQ(notes[0].note, (RollNote{0, 2, 60}));
  EXPECT_EQ(notes[0].onset_nats, cell(0, 0));
  EXPECT_EQ(notes[0].held_nats, cell(1, 0));
  EXPECT_EQ(notes[1].onset_nats, cell(2, 0));
  EXPECT_EQ(notes[1].held_nats, 0);
  EXPECT_EQ(notes[2].onset_nats, cell(2, 1));
  EXPECT_EQ(notes[2].held_nats, cell(3, 1));
}

}  // namespace
}  // namespace toccata::listening
