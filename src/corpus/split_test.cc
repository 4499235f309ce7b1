#include "corpus/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "corpus/test_music.h"
#include "support/error_of.h"

namespace toccata::corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// `count` different pieces, called p0, p1…
Corpus corpus_of(int count) {
  Corpus corpus;
  for (int i = 0; i < count; ++i)
    corpus.pieces.push_back(
        test_piece(fmt::format("p{}", i), 60, 60, Random(99, 0).at(static_cast<std::uint64_t>(i))));
  return corpus;
}

std::set<std::string> names(const Corpus& corpus, const std::vector<std::size_t>& part) {
  std::set<std::string> all;
  for (const std::size_t i : part) all.insert(corpus.pieces[i].name);
  return all;
}

Split split_of(const Corpus& corpus, double validation, double test = 0, std::uint64_t seed = 1) {
  SplitOptions options;
  options.validation = validation;
  options.test = test;
  options.seed = seed;
  TestProgress progress;
  return make_split(corpus, options, progress);
}

// Both or neither part holds a piece; together they hold all.
void expect_partition(const Corpus& corpus, const Split& split) {
  std::vector<std::size_t> all;
  for (const auto* part : {&split.train, &split.valid, &split.test}) {
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), corpus.pieces.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i);
}

TEST(Split, TakesAFractionOrANumber) {
  const Corpus corpus = corpus_of(40);
  for (const auto& [validation, test, valid_count, test_count] : {std::tuple{0.1, 0.2, 4u, 8u},
                                                                  {10.0, 1.0, 10u, 1u},
                                                                  {0.0, 0.0, 0u, 0u},
                                                                  {0.001, 0.0, 1u, 0u}}) {
    const Split split = split_of(corpus, validation, test);
    expect_partition(corpus, split);
    EXPECT_EQ(split.valid.size(), valid_count);
    EXPECT_EQ(split.test.size(), test_count);
  }
}

TEST(Split, DependsOnMusicAndSeedNotOnNamesAndOrder) {
  const Corpus corpus = corpus_of(40);
  Corpus other = corpus;
  std::reverse(other.pieces.begin(), other.pieces.end());
  const Split first = split_of(corpus, 8, 5), second = split_of(other, 8, 5);
  EXPECT_EQ(names(corpus, first.valid), names(other, second.valid));
  EXPECT_EQ(names(corpus, first.test), names(other, second.test));
  EXPECT_NE(names(corpus, first.valid), names(corpus, split_of(corpus, 8, 5, 2).valid));
}

TEST(Split, AFileMoreMovesLittle) {
  const Corpus all = corpus_of(60);
  for (std::size_t gone = 0; gone < all.pieces.size(); ++gone) {
    Corpus fewer = all;
    fewer.pieces.erase(fewer.pieces.begin() + static_cast<std::ptrdiff_t>(gone));
    const auto with = names(all, split_of(all, 10).valid);
    const auto without = names(fewer, split_of(fewer, 10).valid);
    std::vector<std::string> both;
    std::set_intersection(with.begin(), with.end(), without.begin(), without.end(),
                          std::back_inserter(both));
    EXPECT_GE(both.size(), 9u);
  }
}

TEST(Split, AnotherNumberForValidationLeavesTheTestPieces) {
  const Corpus corpus = corpus_of(40);
  const Split few = split_of(corpus, 2, 6), many = split_of(corpus, 20, 6);
  EXPECT_EQ(few.test, many.test);
  EXPECT_TRUE(
      std::includes(many.valid.begin(), many.valid.end(), few.valid.begin(), few.valid.end()));
}

TEST(Split, DuplicatesNeverCrossInWhateverKey) {
  Corpus corpus = corpus_of(30);
  for (int i = 0; i < 30; ++i) {
    Piece twin = test_piece(fmt::format("twin{}", i), 60, 50 + i % 12,
                            Random(99, 0).at(static_cast<std::uint64_t>(i)));
    ASSERT_EQ(twin.hash, corpus.pieces[static_cast<std::size_t>(i)].hash);
    corpus.pieces.push_back(std::move(twin));
  }
  const Split split = split_of(corpus, 0.2, 0.2);
  expect_partition(corpus, split);
  EXPECT_EQ(split.valid.size(), 12u);  // 6 of 30 different pieces, twice each
  std::set<std::string> hashes;
  for (const auto* part : {&split.train, &split.valid, &split.test}) {
    std::set<std::string> here;
    for (const std::size_t i : *part) here.insert(corpus.pieces[i].hash);
    for (const std::string& hash : here) EXPECT_TRUE(hashes.insert(hash).second);
  }
}

TEST(Split, NeverHoldsOutWhatTheRestoredModelHasTrainedOn) {
  const Corpus corpus = corpus_of(40);
  const Split before = split_of(corpus, 10);
  SplitOptions options;
  options.validation = 10;
  options.seed = 5;  // another order altogether
  for (const std::size_t i : before.train) options.trained.insert(corpus.pieces[i].hash);
  TestProgress progress;
  const Split after = make_split(corpus, options, progress);
  EXPECT_EQ(after.valid, before.valid);
  options.validation = 11;
  try {
    make_split(corpus, options, progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("30 of them already trained on"));
  }
  options.validation = 0.9;  // a fraction takes what is free
  EXPECT_EQ(make_split(corpus, options, progress).valid, before.valid);
}

TEST(Split, LeavesSomethingToTrainOn) {
  const Corpus corpus = corpus_of(3);
  EXPECT_THROW(split_of(corpus, 3), Error);
  EXPECT_THROW(split_of(corpus, 2, 1), Error);
  EXPECT_THAT(split_of(corpus, 2).train, SizeIs(1));
  EXPECT_THAT(split_of(corpus, 0.99).train, SizeIs(1));
  const Split one = split_of(corpus_of(1), 0.1);
  EXPECT_THAT(one.train, SizeIs(1));
  EXPECT_THAT(one.valid, IsEmpty());
}

TEST(Split, RefusesNumbersThatMeanNothing) {
  const Corpus corpus = corpus_of(3);
  for (const double wrong : {-0.1, 1.5, -1.0}) {
    try {
      split_of(corpus, wrong);
      ADD_FAILURE() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
  }
}

TEST(Split, TakesTheGivenOneAsItIs) {
  Corpus corpus = corpus_of(5);
  corpus.given_split = {{"p0", Part::test},
                        {"p1", Part::train},
                        {"p2", Part::valid},
                        {"p3", Part::train},
                        {"p4", Part::valid}};
  TestProgress progress;
  const Split split = make_split(corpus, {}, progress);
  EXPECT_THAT(split.train, ElementsAre(1, 3));
  EXPECT_THAT(split.valid, ElementsAre(2, 4));
  EXPECT_THAT(split.test, ElementsAre(0));
  EXPECT_THAT(progress.warnings, IsEmpty());
}

TEST(Split, WarnsOfDuplicatesThatCrossTheGivenOne) {
  Corpus corpus = corpus_of(3);
  corpus.pieces[2].hash = corpus.pieces[0].hash;
  corpus.given_split = {{"p0", Part::train}, {"p1", Part::valid}, {"p2", Part::test}};
  TestProgress progress;
  const Split split = make_split(corpus, {}, progress);
  EXPECT_THAT(split.test, ElementsAre(2));
  ASSERT_THAT(progress.warnings, SizeIs(1));
  EXPECT_THAT(progress.warnings[0], HasSubstr("p2 is p0"));
}

TEST(Split, TrainsOnWhatTheGivenOneDoesNotNameUnlessItIsHeldOut) {
  Corpus corpus = corpus_of(4);
  corpus.pieces[3].hash = corpus.pieces[1].hash;  // p3 is the held-out p1 under another name
  corpus.given_split = {{"p0", Part::train}, {"p1", Part::valid}};
  TestProgress progress;
  const Split split = make_split(corpus, {}, progress);
  EXPECT_THAT(split.train, ElementsAre(0, 2));
  EXPECT_THAT(split.valid, ElementsAre(1));
  ASSERT_THAT(progress.warnings, SizeIs(1));
  EXPECT_THAT(progress.warnings[0],
              HasSubstr("trained on: 1; left out, being held-out music under another name: 1"));
}

TEST(Split, DrawsValidationWhereTheGivenOneHasNone) {
  Corpus corpus = corpus_of(10);
  for (int i = 0; i < 10; ++i)
    corpus.given_split[fmt::format("p{}", i)] = i < 8 ? Part::train : Part::test;
  TestProgress progress;
  SplitOptions options;
  options.validation = 3;
  const Split split = make_split(corpus, options, progress);
  expect_partition(corpus, split);
  EXPECT_THAT(split.valid, SizeIs(3));
  EXPECT_THAT(split.test, ElementsAre(8, 9));
  EXPECT_THAT(progress.messages, SizeIs(1));
}

TEST(Split, MovesKnownPiecesOfTheGivenOneToTraining) {
  Corpus corpus = corpus_of(3);
  corpus.given_split = {{"p0", Part::train}, {"p1", Part::valid}, {"p2", Part::valid}};
  SplitOptions options;
  options.trained = {corpus.pieces[1].hash};
  TestProgress progress;
  const Split split = make_split(corpus, options, progress);
  EXPECT_THAT(split.train, ElementsAre(0, 1));
  EXPECT_THAT(split.valid, ElementsAre(2));
  EXPECT_THAT(progress.warnings, SizeIs(1));
}

TEST(MusicHash, IsOfTheMusicWhateverItsKeyAndRange) {
  const Piece here = test_piece("a", 40, 60, 12345), higher = test_piece("b", 40, 67, 12345);
  EXPECT_EQ(here.hash, higher.hash);
  Piece wide = here;
  wide.roll = music::make_roll(40, 0, 127, 4, true);
  for (int t = 0; t < 40; ++t)
    std::copy(here.roll.frame(t), here.roll.frame(t) + here.roll.notes(), wide.roll.frame(t) + 24);
  EXPECT_EQ(music_hash(wide.roll), here.hash);
  Piece longer = here;
  longer.roll.steps = 41;
  longer.roll.cells.resize(longer.roll.cells.size() +
                           static_cast<std::size_t>(longer.roll.notes()));
  EXPECT_NE(music_hash(longer.roll), here.hash);
  Piece held = here;
  held.roll.frame(3)[63 - held.roll.low] ^= music::kPlay;
  EXPECT_NE(music_hash(held.roll), here.hash);
  EXPECT_NE(music_hash(music::make_roll(3, 24, 101, 4, true)),
            music_hash(music::make_roll(4, 24, 101, 4, true)));
}

TEST(PiecesOfPart, AreThoseThatTheMusicsOwnSplitNames) {
  Corpus corpus = corpus_of(3);
  corpus.given_split = {{corpus.pieces[0].name, Part::train}, {corpus.pieces[2].name, Part::test}};
  const std::string last = corpus.pieces[2].name;
  EXPECT_EQ(pieces_of_part(corpus, "").size(), 3u);
  const std::vector<Piece> test = pieces_of_part(corpus, "test");
  ASSERT_EQ(test.size(), 1u);
  EXPECT_EQ(test[0].name, last);
  EXPECT_THAT(error_of([&] { pieces_of_part(corpus, "valid"); }), HasSubstr("has no valid part"));
  EXPECT_THAT(error_of([&] { pieces_of_part(corpus, "tests"); }), HasSubstr("train, valid"));
}

}  // namespace
}  // namespace toccata::corpus
