#include "runs/model_card.h"

#include <gmock/gmock.h>

namespace toccata::runs {
namespace {

using ::testing::HasSubstr;

ModelFacts facts() {
  ModelFacts facts;
  facts.name = "piano";
  facts.parameters = 812345;
  facts.hash = "00ff";
  facts.sources = {"corpora/piano"};
  facts.licence = "CC \"BY\" 4.0";
  facts.train_pieces = 200;
  facts.seconds = 3725;
  facts.recipe = {{"--keep-prob", "0.5"}};
  facts.valid_nats = -6.0812344;
  facts.notes = {"It likes long chords."};
  return facts;
}

TEST(ModelCard, SaysWhatTheModelIsAndHowGood) {
  const std::string card = model_card(facts());
  EXPECT_THAT(card, HasSubstr("# piano\n"));
  EXPECT_THAT(card, HasSubstr("[200, 200]"));
  EXPECT_THAT(card, HasSubstr("812345 parameters"));
  EXPECT_THAT(card, HasSubstr("pitches 24 to 101 (78 notes"));
  EXPECT_THAT(card, HasSubstr("| validation | -6.0812 | not measured |"));
  EXPECT_THAT(card, HasSubstr("1 h 2 min"));
  EXPECT_THAT(card, HasSubstr("| --keep-prob | 0.5 |"));
  EXPECT_THAT(card, HasSubstr("It likes long chords."));
  EXPECT_THAT(card, HasSubstr("data_licence: \"CC \\\"BY\\\" 4.0\""));
}

TEST(ModelCard, TheSameFactsGiveTheSameText) {
  EXPECT_EQ(model_card(facts()), model_card(facts()));
}

TEST(ModelCard, TheValidationLikelihoodIsReadBack) {
  const auto value = valid_nats_of_card(model_card(facts()));
  ASSERT_TRUE(value);
  EXPECT_NEAR(*value, -6.081234, 1e-6);
}

TEST(ModelCard, ACardWithoutTheFigureOrOfAnotherMakeHasNone) {
  ModelFacts unmeasured = facts();
  unmeasured.valid_nats.reset();
  EXPECT_FALSE(valid_nats_of_card(model_card(unmeasured)));
  EXPECT_FALSE(valid_nats_of_card(""));
  EXPECT_FALSE(valid_nats_of_card("# piano\nvalid_nats_per_step: 3\n"));
  EXPECT_FALSE(valid_nats_of_card("---\nx: 1\n---\nvalid_nats_per_step: 3\n"));
}

TEST(ModelCard, PassesOnTheLicencesOfTheModelThatItLearnedOnFrom) {
  ModelFacts first;
  first.name = "first";
  first.licence = "CC BY 4.0";
  ModelFacts second;
  second.name = "second";
  second.base = base_of_card("first", model_card(first));
  const std::string told = base_of_card("second", model_card(second));
  for (const char* words : {"the model second.", "the model first.", "CC BY 4.0"})
    EXPECT_THAT(told, HasSubstr(words));
  EXPECT_EQ(base_of_card("gone", ""), "It learned on from the weights of the model gone.");
}

}  // namespace
}  // namespace toccata::runs
