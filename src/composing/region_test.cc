// A region of a piece composed anew: what is outside and what is pinned stays.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "composing/compose.h"
#include "composing/plan.h"
#include "composing/test_pieces.h"
#include "listening/notes.h"

namespace toccata::composing {
namespace {

network::Model tiny_model(bool articulation) {
  network::Model model;
  model.config.roll.low = 48;
  model.config.roll.high = 59;
  model.config.roll.articulation = articulation;
  model.config.window = 3;
  model.config.time_units = {4};
  model.config.note_units = {4};
  model.values = network::initial_values(model.config, 5);
  return model;
}

music::Roll random_roll(const network::Config& config, int steps) {
  music::Roll roll =
      music::make_roll(steps, config.roll.low, config.roll.high, 4, config.roll.articulation);
  for (int t = 0; t < steps; ++t) {
    for (int n = 0; n < roll.notes(); ++n) {
      const bool before = t > 0 && (roll.frame(t - 1)[n] & music::kPlay);
      if (*rc::gen::inRange(0, 3) > 0) continue;
      const bool struck = config.roll.articulation && (!before || *rc::gen::arbitrary<bool>());
      roll.frame(t)[n] = struck ? music::kPlay | music::kArticulate : music::kPlay;
    }
  }
  return roll;
}

Order infill(const music::Roll& piece, Region region) {
  return {.infill = given(piece), .region = std::move(region)};
}

RC_GTEST_PROP(Region, ChangesNothingOutsideAndNothingThatIsPinned, ()) {
  const network::Model model = tiny_model(*rc::gen::arbitrary<bool>());
  const music::Roll old = random_roll(model.config, *rc::gen::inRange(1, 24));
  Region region;
  region.from = *rc::gen::inRange(0, old.steps);
  region.to = *rc::gen::inRange(region.from + 1, old.steps + 1);
  region.low = *rc::gen::inRange(48, 60);
  region.high = *rc::gen::inRange(region.low, 60);
  const auto notes = listening::notes_of(old);
  for (const listening::RollNote& note : notes) {
    if (*rc::gen::inRange(0, 3) == 0) region.pinned.emplace_back(note.onset, note.pitch);
  }
  Order options = infill(old, region);
  options.particles = *rc::gen::element(1, 4);
  compose(
      model, options, {.threads = 1},
      [&](Composed&& made) {
        for (int t = 0; t < old.steps; ++t) {
          for (int n = 0; n < old.notes(); ++n) {
            const int pitch = old.low + n;
            const bool inside =
                t >= region.from && t < region.to && pitch >= region.low && pitch <= region.high;
            if (!inside) RC_ASSERT(made.roll.frame(t)[n] == old.frame(t)[n]);
          }
        }
        const auto after = listening::notes_of(made.roll);
        for (const listening::RollNote& note : notes) {
          const bool pinned = std::ranges::count(region.pinned, std::pair(note.onset, note.pitch));
          if (pinned) RC_ASSERT(std::ranges::count(after, note) == 1);
        }
      },
      quiet, never);
}

// Whether a piece is short or long: the same is heard around the region, and no more.
TEST(Region, TakesNoLongerInALongPiece) {
  const network::Model model = tiny_model(true);
  music::Roll piece = music::make_roll(2000, 48, 59, 4, true);
  for (int t = 0; t < piece.steps; t += 2)
    piece.frame(t)[t * 7 % 12] = music::kPlay | music::kArticulate;
  const Region region{1000, 1016, 48, 59};
  const Plan plan = plan_of(model.config, infill(piece, region));
  EXPECT_EQ(plan.from, 1000);
  EXPECT_EQ(plan.to, 1016 + 64);
  EXPECT_EQ(plan.heard_from, 1000 - 512);
  const auto composed = [&](const music::Roll& whole) {
    const Composed made = pieces_of(model, infill(whole, region)).front();
    EXPECT_EQ(made.steps, 80);
    EXPECT_EQ(std::vector(made.roll.frame(1016), made.roll.frame(2000)),
              std::vector(whole.frame(1016), whole.frame(2000)));
    return std::pair(std::vector(made.roll.frame(1000), made.roll.frame(1016)), made.nats);
  };
  music::Roll far = piece, near = piece;
  std::fill(far.frame(0), far.frame(480), std::uint8_t{0});
  std::fill(far.frame(1080), far.frame(2000), std::uint8_t{0});
  std::fill(near.frame(900), near.frame(1000), std::uint8_t{0});
  EXPECT_EQ(composed(far), composed(piece));
  EXPECT_NE(composed(near), composed(piece));
}

TEST(Region, HasToLieInThePieceAndItsPinnedNotesToo) {
  const network::Model model = tiny_model(true);
  music::Roll piece = music::make_roll(8, 48, 59, 4, true);
  piece.frame(2)[3] = music::kPlay | music::kArticulate;
  EXPECT_NO_THROW(plan_of(model.config, infill(piece, {0, 8, 48, 59, {{2, 51}}})));
  for (const Region& wrong : {Region{0, 9}, Region{4, 4}, Region{-1, 4}, Region{0, 4, 60, 50},
                              Region{0, 8, 48, 59, {{3, 51}}}}) {
    EXPECT_THROW(plan_of(model.config, infill(piece, wrong)), Error);
  }
}

TEST(Region, ExcludesBars) {
  Order order = infill(music::make_roll(8, 48, 59, 4, true), {0, 8});
  EXPECT_NO_THROW(check(order));
  order.infill_bars = "1";
  EXPECT_THROW(check(order), Error);
}

}  // namespace
}  // namespace toccata::composing
