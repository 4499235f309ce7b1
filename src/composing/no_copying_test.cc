#include "composing/no_copying.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "composing/piece_file.h"
#include "composing/receipt.h"
#include "composing/test_pieces.h"
#include "listening/tiny_model.h"
#include "music/excerpt.h"

namespace toccata::composing {
namespace {

// A corpus of what a model composes, so that it copies of itself.
struct Copycat {
  network::Model model = listening::tiny_model(4, true);
  std::vector<corpus::Piece> pieces;
  std::optional<listening::CopyIndex> index;
  Order options{.seed = 2, .pieces = 6, .steps = 64};
  Resources resources{.side_by_side = 4, .threads = 1};

  Copycat() {
    compose(
        model, options, resources,
        [&](Composed&& piece) {
          // The second half of piece 1 and the beginning of piece 4.
          if (piece.number == 1) pieces.push_back({"a", music::excerpt(piece.roll, 32, 32), ""});
          if (piece.number == 4) pieces.push_back({"b", music::excerpt(piece.roll, 0, 30), ""});
        },
        quiet, never);
    std::vector<const corpus::Piece*> named;
    for (const corpus::Piece& piece : pieces) named.push_back(&piece);
    index.emplace(named);
  }

  std::map<std::uint64_t, Composed> without(const CopyLimit& limit,
                                            std::vector<Refused>* refused = nullptr) const {
    std::map<std::uint64_t, Composed> made;
    std::uint64_t last = 0;
    compose_without_copying(
        model, options, resources, limit,
        [&](Composed&& piece) {
          EXPECT_TRUE(made.empty() || piece.number > last);
          last = piece.number;
          made.emplace(piece.number, std::move(piece));
        },
        [&](const Refused& one) {
          if (refused) refused->push_back(one);
        },
        quiet, never);
    return made;
  }
};

TEST(NoCopying, WhatCopiesIsComposedOtherwiseFromTheBarInWhichItBegins) {
  const Copycat cat;
  std::map<std::uint64_t, Composed> first;
  compose(
      cat.model, cat.options, cat.resources,
      [&](Composed&& piece) { first.emplace(piece.number, piece); }, quiet, never);
  const CopyLimit limit{.corpus = &*cat.index, .most_beats = 5, .fewest_notes = 8};
  ASSERT_TRUE(cat.index->first_longer(first.at(1).roll, 5, 8));
  const auto made = cat.without(limit);
  ASSERT_EQ(made.size(), 6u);
  for (const auto& [number, piece] : made) {
    EXPECT_FALSE(cat.index->first_longer(piece.roll, 5, 8)) << number;
    const int kept = piece.retries.empty() ? 64 : piece.retries.front().step;
    EXPECT_EQ(music::excerpt(piece.roll, 0, kept).cells,
              music::excerpt(first.at(number).roll, 0, kept).cells)
        << number;
    if (piece.retries.empty()) {
      EXPECT_EQ(piece.roll, first.at(number).roll);
    }
  }
  ASSERT_FALSE(made.at(1).retries.empty());
  EXPECT_EQ(made.at(1).retries.front().step, 32);  // a bar line
  EXPECT_NE(made.at(1).roll, first.at(1).roll);
  ASSERT_FALSE(made.at(4).retries.empty());
  EXPECT_EQ(made.at(4).retries.front().step, 0);
}

TEST(NoCopying, ComesOutTheSameWhateverIsComposedBesideIt) {
  Copycat cat;
  const CopyLimit limit{.corpus = &*cat.index, .most_beats = 5, .fewest_notes = 8};
  const auto all = cat.without(limit);
  for (const int side_by_side : {1, 6}) {
    cat.resources.side_by_side = side_by_side;
    cat.resources.threads = 2;
    const auto again = cat.without(limit);
    for (const auto& [number, piece] : all) {
      EXPECT_EQ(again.at(number).roll, piece.roll);
      EXPECT_EQ(again.at(number).retries, piece.retries);
    }
  }
}

TEST(NoCopying, TheReceiptMakesItAgainByteForByteWithoutTheCorpus) {
  const Copycat cat;
  const auto made = cat.without({.corpus = &*cat.index, .most_beats = 5, .fewest_notes = 8});
  for (const std::uint64_t number : {1, 3, 4}) {
    const Composed& piece = made.at(number);
    const Receipt receipt = receipt_of({.program = "toccata",
                                        .model = "tiny",
                                        .model_hash = cat.model.hash,
                                        .arithmetic = arithmetic_of(cat.model),
                                        .order = resolved(cat.options, {.grid = 4})},
                                       piece);
    const std::optional<Receipt> read = parse_receipt(receipt_text(receipt), "x");
    ASSERT_TRUE(read);
    EXPECT_EQ(make_again(*read, cat.model, 1, quiet, never), write_piece(piece, receipt));
  }
}

TEST(NoCopying, TheNatsAreThoseOfThePieceAsItStands) {
  const Copycat cat;
  const auto made = cat.without({.corpus = &*cat.index, .most_beats = 5, .fewest_notes = 8});
  compose(
      cat.model, cat.options, {{1, made.at(1).retries}}, cat.resources,
      [&](Composed&& piece) { EXPECT_EQ(piece.nats, made.at(1).nats); }, quiet, never);
}

TEST(NoCopying, WhatCannotBeHelpedIsRefusedAndSaysWhatItCopies) {
  const Copycat cat;
  std::vector<Refused> refused;
  // Two notes in a row stand in any corpus.
  const auto made = cat.without(
      {.corpus = &*cat.index, .most_beats = 0, .fewest_notes = 2, .most_tries = 3}, &refused);
  EXPECT_EQ(made.size() + refused.size(), 6u);
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused.front().tries, 3);
  EXPECT_FALSE(refused.front().copy.source.empty());
  EXPECT_THROW(cat.without({.corpus = &*cat.index, .most_beats = -1}), Error);
}

TEST(NoCopying, ACopiedPrimerIsNoneOfTheNewMusic) {
  Copycat cat;
  const corpus::Piece& primer = cat.pieces.front();
  cat.options.prime = given(primer.roll);
  cat.options.pieces = 2;
  for (const bool new_only : {false, true}) {
    cat.options.new_only = new_only;
    const auto made = cat.without({.corpus = &*cat.index, .most_beats = 5, .fewest_notes = 8});
    ASSERT_EQ(made.size(), 2u);
    for (const auto& [number, piece] : made) {
      for (const Retry& retry : piece.retries) EXPECT_GE(retry.step, primer.roll.steps);
    }
  }
}

TEST(Retries, GiveOtherNumbersFromTheirStepOnOnly) {
  const PieceRandom plain(1, 2), other(1, 2, 0, {{10, 1}, {20, 5}});
  EXPECT_EQ(plain.of_channel(0, 9, 3), other.of_channel(0, 9, 3));
  EXPECT_NE(plain.of_channel(0, 10, 3), other.of_channel(0, 10, 3));
  EXPECT_NE(plain.of_channel(1, 10, 3), other.of_channel(1, 10, 3));
  EXPECT_EQ(other.of_channel(0, 20, 3), PieceRandom(1, 2, 0, {{0, 5}}).of_channel(0, 20, 3));
  EXPECT_NE(other.of_channel(0, 20, 3), PieceRandom(1, 2, 0, {{0, 1}}).of_channel(0, 20, 3));
}

}  // namespace
}  // namespace toccata::composing
