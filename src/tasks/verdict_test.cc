#include "tasks/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toccata::tasks {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A run of twenty minutes that has learned well from much music.
VerdictFacts good() {
  VerdictFacts facts;
  facts.run = "mine";
  facts.paths = {"songs"};
  facts.valid = -1.7;
  facts.baseline = -11.5;
  facts.train_pieces = 300;
  facts.valid_pieces = 30;
  facts.train_notes = 200'000;
  facts.longer = "--minutes 40";
  facts.to_learn_from = "piano";
  for (int i = 1; i <= 20; ++i) {
    runs::MetricsRow row;
    row.seconds = 60.0 * i;
    row.train_nats = -1.6;
    row.valid_nats = i < 16 ? -4.0 / i - 1.5 : -1.7;
    facts.rows.push_back(row);
  }
  facts.composed = 6;
  facts.distance = 1.1;
  facts.copied = listening::Copy{.notes = 9, .beats = 4, .source = "canon", .source_bar = 3};
  return facts;
}

TEST(Verdict, OfAGoodRunTellsHowFarItIsFromTheCorpusAndWarnsOfNothing) {
  const Verdict verdict = verdict_of(good());
  EXPECT_THAT(verdict.found, Contains(HasSubstr("-1.70 nats per step")));
  EXPECT_THAT(verdict.found, Contains(HasSubstr("-11.50")));
  EXPECT_THAT(verdict.found, Contains(HasSubstr("as near to the corpus")));
  EXPECT_THAT(verdict.found, Contains(HasSubstr("9 notes, 4 quarter notes (canon, bar 3)")));
  EXPECT_THAT(verdict.warnings, IsEmpty());
  EXPECT_THAT(verdict.advice, IsEmpty());
}

TEST(Verdict, WarnsWhereTheModelIsNoBetterThanItsBaseline) {
  VerdictFacts facts = good();
  facts.valid = -11.6;
  const Verdict verdict = verdict_of(facts);
  EXPECT_THAT(verdict.warnings, Contains(HasSubstr("no better than its baseline")));
  EXPECT_THAT(verdict.advice,
              Contains(HasSubstr("toccata train --resume --name mine --minutes 40")));
  EXPECT_THAT(verdict.advice, Contains(HasSubstr("songs --name mine-2 --from piano")));
}

TEST(Verdict, WarnsOfOnePieceAndOfNoneHeldOut) {
  VerdictFacts facts = good();
  facts.train_pieces = 1;
  facts.valid_pieces = 0;
  facts.valid.reset();
  facts.baseline.reset();
  const Verdict verdict = verdict_of(facts);
  EXPECT_THAT(verdict.warnings, Contains(HasSubstr("one piece to learn from")));
  EXPECT_THAT(verdict.warnings, Contains(HasSubstr("no piece is held out")));
  EXPECT_THAT(verdict.found, Not(Contains(HasSubstr("has not seen"))));
}

TEST(Verdict, AdvisesMoreTimeWhereItWasStillLearning) {
  VerdictFacts facts = good();
  for (std::size_t i = 0; i < facts.rows.size(); ++i)
    facts.rows[i].valid_nats = -8 + 0.3 * static_cast<double>(i);
  EXPECT_THAT(verdict_of(facts).advice, Contains(HasSubstr("still learning")));
}

TEST(Verdict, AdvisesMoreMusicWhereItWasAtItsBestLongBeforeItEnded) {
  VerdictFacts facts = good();
  for (std::size_t i = 5; i < facts.rows.size(); ++i) facts.rows[i].valid_nats = -3;
  facts.rows[4].valid_nats = -1.7;
  const Verdict verdict = verdict_of(facts);
  EXPECT_THAT(verdict.advice, Contains(HasSubstr("More music")));
  EXPECT_THAT(verdict.advice, Not(Contains(HasSubstr("still learning"))));
}

TEST(Verdict, AdvisesToBeginWithAShippedModelWhereTheMusicIsLittle) {
  VerdictFacts facts = good();
  facts.train_notes = 900;
  EXPECT_THAT(verdict_of(facts).advice, Contains(HasSubstr("--from piano")));
  facts.to_learn_from.clear();  // it had begun with one
  EXPECT_THAT(verdict_of(facts).advice, Not(Contains(HasSubstr("--from"))));
}

TEST(Verdict, NamesWhatDiffersMostAndWhatIsCopied) {
  VerdictFacts facts = good();
  facts.distance = 2.4;
  for (const listening::Statistic& statistic : listening::all_statistics())
    if (statistic.name == "notes_per_step") facts.beside.push_back({&statistic, 0.42, 0.61, 2.5});
  facts.copied->beats = 40;
  const Verdict verdict = verdict_of(facts);
  EXPECT_THAT(verdict.found, Contains(HasSubstr("denser (0.61; the corpus 0.42)")));
  EXPECT_THAT(verdict.warnings, Contains(HasSubstr("it copies: 40 quarter notes")));
  const OrderedJson json = to_json(verdict);
  EXPECT_EQ(json["statistics"][0]["name"], "notes_per_step");
  EXPECT_EQ(json["warnings"].size(), 1U);
  EXPECT_EQ(json["longest_copy"]["quarter_notes"], 40);

  facts.copied = listening::Copy{.notes = 5, .beats = 0, .source = "canon", .source_bar = 3};
  EXPECT_THAT(verdict_of(facts).found, Contains(HasSubstr("longer than a chord")));
}

}  // namespace
}  // namespace toccata::tasks
