#include "composing/ranking.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "composing/test_pieces.h"
#include "listening/likelihood.h"
#include "listening/tiny_model.h"

namespace toccata::composing {
namespace {

CandidateScores candidate(std::uint64_t number, double nats, double distance, int copied) {
  CandidateScores scores{
      .number = number, .notes = 10, .nats_per_note = nats, .distance = distance};
  scores.copied.emplace().notes = copied;
  return scores;
}

std::vector<std::uint64_t> order_of(const std::vector<CandidateScores>& candidates,
                                    std::vector<Criterion> by) {
  std::vector<std::uint64_t> numbers;
  for (const Place& place : ranking(candidates, by)) {
    numbers.push_back(candidates[place.candidate].number);
  }
  return numbers;
}

TEST(Ranking, EachCriterionOrdersByItsOwnFigure) {
  const std::vector<CandidateScores> three = {candidate(0, 3, 1.0, 8), candidate(1, 1, 3.0, 4),
                                              candidate(2, 2, 0.5, 16)};
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(order_of(three, {Criterion::likelihood}), (Numbers{1, 2, 0}));
  EXPECT_EQ(order_of(three, {Criterion::statistics}), (Numbers{2, 0, 1}));
  EXPECT_EQ(order_of(three, {Criterion::copying}), (Numbers{1, 0, 2}));
  // Ranks 3+2+2, 1+3+1, 2+1+3.
  EXPECT_EQ(order_of(three, {Criterion::likelihood, Criterion::statistics, Criterion::copying}),
            (Numbers{1, 2, 0}));
}

TEST(Ranking, NoUnitOutweighsAnotherAndEqualsShareTheirRanks) {
  std::vector<CandidateScores> three = {candidate(7, 1, 1, 1), candidate(8, 1, 1000, 1),
                                        candidate(9, 5, 1, 1)};
  const std::vector<Criterion> by = {Criterion::likelihood, Criterion::statistics};
  const std::vector<Place> places = ranking(three, by);
  EXPECT_EQ(places[0].candidate, 0u);
  EXPECT_EQ(places[0].ranks, (std::vector<double>{1.5, 1.5}));
  EXPECT_EQ(places[1].mean_rank, places[2].mean_rank);
  EXPECT_EQ(places[1].candidate, 1u);  // the lower number
}

TEST(Ranking, SilenceIsLastByEveryCriterion) {
  std::vector<CandidateScores> two = {candidate(0, 0, 0, 0), candidate(1, 50, 5, 64)};
  two[0].notes = 0;
  two[0].nats_per_note = INFINITY;
  for (const Criterion criterion :
       {Criterion::likelihood, Criterion::statistics, Criterion::copying}) {
    EXPECT_EQ(order_of(two, {criterion}).front(), 1u) << to_word(criterion);
  }
}

TEST(Ranking, WhatWasNotCountedCannotBeRankedBy) {
  std::vector<CandidateScores> one = {candidate(0, 1, 1, 1)};
  one[0].distance.reset();
  one[0].copied.reset();
  EXPECT_NO_THROW(order_of(one, {Criterion::likelihood}));
  EXPECT_THROW(order_of(one, {Criterion::statistics}), Error);
  EXPECT_THROW(order_of(one, {Criterion::copying}), Error);
  EXPECT_THROW(order_of(one, {}), Error);
}

TEST(CandidateScores, AreThoseOfTheNewMusicAlone) {
  const network::Model model = listening::tiny_model(8, true);
  const corpus::Piece primer = listening::random_piece_for(model, "p", 64, 3);
  const corpus::Piece* pieces[] = {&primer};
  const listening::CopyIndex corpus(pieces);
  const listening::Profile usual =
      listening::profile(std::vector<const corpus::Piece*>{&primer, &primer}, 1);
  const Order options{.seed = 5, .pieces = 1, .steps = 32, .prime = given(primer.roll)};
  const Resources resources{.threads = 1, .precision = network::Precision::f32};
  std::optional<Composed> made;
  compose(
      model, options, resources, [&](Composed&& piece) { made = std::move(piece); }, quiet, never);
  ASSERT_TRUE(made);
  const CandidateScores scores = scores_of(*made, {.usual = &usual, .corpus = &corpus});
  int notes = 0;
  for (const listening::RollNote& note : listening::notes_of(made->roll)) notes += note.onset >= 64;
  EXPECT_EQ(scores.notes, notes);
  // The whole piece's exact likelihood less the primer's.
  const corpus::Piece whole{"whole", made->roll, ""};
  const corpus::Piece* one[] = {&whole};
  const double nats = listening::likelihood(model, one, {.threads = 1}, quiet, never).nats -
                      listening::likelihood(model, pieces, {.threads = 1}, quiet, never).nats;
  EXPECT_NEAR(scores.nats_per_note, nats / notes, 1e-6);
  // The primer stands in the corpus, 64 steps of it; the new music does not.
  ASSERT_TRUE(scores.copied);
  EXPECT_LT(scores.copied->notes, 40);
  EXPECT_TRUE(scores.distance);
}

}  // namespace
}  // namespace toccata::composing
