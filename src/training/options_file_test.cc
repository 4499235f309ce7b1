#include "training/options_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata::training {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message(std::string_view text) {
  TrainOptions options;
  try {
    apply_toml_text(options, text, "recipes/test.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(OptionsFile, ReadsEveryKindOfValue) {
  TrainOptions options;
  apply_toml_text(options, R"(
    paths = ["music", "/data"]
    time-units = [30, 20]
    keep-prob = 0.5
    learning-rate = 1
    optimizer = "adadelta"
    articulation = false
    batches = 1234
  )",
                  "recipes/test.toml");
  EXPECT_THAT(options.paths, ElementsAre("music", "/data"));
  EXPECT_THAT(options.model.time_units, ElementsAre(30, 20));
  EXPECT_EQ(options.keep_prob, 0.5);
  EXPECT_EQ(options.optimiser.learning_rate, 1);
  EXPECT_EQ(options.optimiser.kind, OptimiserKind::adadelta);
  EXPECT_FALSE(options.model.roll.articulation);
  EXPECT_EQ(options.batches, 1234);
}

TEST(OptionsFile, ReadsStagesWhichTakeTheRestFromTheRun) {
  TrainOptions options;
  options.paths = {"all"};
  apply_toml_text(options, R"(
    batch-size = 7
    [[stages]]
    paths = ["easy"]
    time-steps = 32
    batches = 100
    nats = -4.5
    [[stages]]
    epochs = 2
  )",
                  "test.toml");
  check(options);
  const std::vector<Stage> stages = resolved_stages(options);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_THAT(stages[0].paths, ElementsAre("easy"));
  EXPECT_EQ(stages[0].time_steps, 32);
  EXPECT_EQ(stages[0].batch_size, 7);
  EXPECT_EQ(stages[0].nats, -4.5);
  EXPECT_THAT(stages[1].paths, ElementsAre("all"));
  EXPECT_EQ(stages[1].time_steps, 128);
  EXPECT_EQ(stages[1].epochs, 2);
}

TEST(OptionsFile, ATrainingOfNoLengthIsRefused) {
  for (const char* text : {"minutes = 0", "minutes = 0.0", "batches = 0", "epochs = 0",
                           "batches = 0\nepochs = 0\nminutes = 0.0"}) {
    EXPECT_THAT(message(text), HasSubstr("above 0")) << text;
  }
  for (const char* key : {"minutes", "batches", "epochs"}) {
    TrainOptions options;
    options.batches = 10;
    EXPECT_THROW(apply_texts(options, {{key, "0"}}), Error) << key;
    EXPECT_EQ(options.batches, 10);
  }
  EXPECT_EQ(message("batches = 5\nminutes = 0.0"), "no error");
  EXPECT_EQ(message("minutes = 0.0\n[[stages]]\nbatches = 5"), "no error");
}

TEST(OptionsFile, AWrongTypeIsNamedWithFileLineAndKey) {
  EXPECT_EQ(message("\nbatch-size = \"ten\"\n"),
            "recipes/test.toml:2: batch-size: expected a whole number, found \"ten\"");
  EXPECT_EQ(message("time-units = [1, 2.5]"),
            "recipes/test.toml:1: time-units: expected a list of whole numbers, found a list");
  EXPECT_EQ(message("optimizer = \"best\""),
            "recipes/test.toml:1: optimizer: expected one of adam, adamw, adadelta, rmsprop, sgd, "
            "found \"best\"");
  EXPECT_EQ(message("batch-size = 99999999999"),
            "recipes/test.toml:1: batch-size: expected a whole number, found a whole number");
  EXPECT_THAT(message("paths = \"music\""), HasSubstr("expected a list of strings"));
  EXPECT_THAT(message("stages = 3"), HasSubstr("[[stages]]"));
}

TEST(OptionsFile, AnUnknownKeyAndBrokenTomlAreNamedWithTheirLine) {
  EXPECT_THAT(message("\n\nbatch_size = 3"), HasSubstr("test.toml:3: unknown key \"batch_size\""));
  EXPECT_THAT(message("[[stages]]\nunits = 3"), HasSubstr("test.toml:2: unknown key \"units\""));
  EXPECT_THAT(message("batch-size = \nseed = 3"), HasSubstr("test.toml:1: not TOML"));
}

TEST(OptionsFile, ALayerThatGivesALengthReplacesTheLengthBelow) {
  TrainOptions options;
  apply_toml_text(options, "batches = 50000", "a.toml");
  apply_texts(options, {{"minutes", "1.5"}});
  EXPECT_EQ(options.batches, 0);
  EXPECT_EQ(options.minutes, 1.5);
  check(options);
  apply_texts(options, {{"seed", "3"}});
  EXPECT_EQ(options.minutes, 1.5);
  apply_texts(options, {{"minutes", "1"}, {"epochs", "1"}});
  EXPECT_THROW(check(options), Error);
}

TEST(OptionsFile, TypedValuesAreReadOrRefused) {
  TrainOptions options;
  apply_texts(options, {{"time-units", "300,20"}, {"drums", "yes"}, {"precision", "bf16"}});
  EXPECT_THAT(options.model.time_units, ElementsAre(300, 20));
  EXPECT_TRUE(options.model.roll.drums);
  EXPECT_EQ(options.precision, TrainPrecision::bf16);
  for (const auto& [key, text] : std::map<std::string, std::string>{{"time-units", "3,,4"},
                                                                    {"time-units", "3,"},
                                                                    {"time-units", ""},
                                                                    {"batches", "1.5"},
                                                                    {"batches", "10x"},
                                                                    {"keep-prob", ""},
                                                                    {"drums", "maybe"},
                                                                    {"device", "tpu"},
                                                                    {"no-such", "1"}})
    EXPECT_THROW(apply_text(options, key, text), Error) << key << " " << text;
}

TEST(OptionsFile, StoredOptionsComeBackWhole) {
  TrainOptions options;
  options.paths = {"a", "b c\"\\"};
  options.name = "x";
  options.model.time_units = {3};
  options.model.beat = network::Beat::binary;
  options.optimiser.kind = OptimiserKind::sgd;
  options.optimiser.learning_rate = 1e-7;
  options.optimiser.momentum = 0.123456789;
  options.schedule.kind = ScheduleKind::step;
  options.seed = 0x7fffffffffffffff;
  options.stages.resize(2);
  options.stages[0].paths = {"e"};
  options.stages[0].batches = 3;
  options.stages[0].nats = -1.25;
  options.stages[1].epochs = 1;
  TrainOptions read;
  apply_toml_text(read, to_toml(options), "options.toml");
  EXPECT_EQ(read, options);
}

TEST(OptionsFile, TheOriginalsRecipeSaysWhatItsTableSays) {
  TrainOptions options;
  // What the original did not have is said, too: it does not follow the defaults.
  options.model.echoes = {4};
  options.model.lower_notes = 24;
  options.model.lower_chord = true;
  options.model.mix_units = 8;
  options.average = 0.5;
  apply_toml(options, std::filesystem::path(TOCCATA_SOURCE_DIR) / "recipes" / "original.toml");
  check(options);
  EXPECT_THAT(options.model.echoes, ElementsAre());
  EXPECT_EQ(options.model.lower_notes, 1);
  EXPECT_FALSE(options.model.lower_chord);
  EXPECT_EQ(options.model.mix_units, 0);
  EXPECT_EQ(options.average, 0);
  EXPECT_THAT(options.model.time_units, ElementsAre(200, 200));
  EXPECT_THAT(options.model.note_units, ElementsAre(100, 100));
  EXPECT_EQ(options.min_steps, 256);
  EXPECT_EQ(options.validation_pieces, 10);
  EXPECT_EQ(options.batches, 50000);
  EXPECT_EQ(options.batch_size * options.time_steps, 1280);
  EXPECT_EQ(options.keep_prob, 0.5);
  EXPECT_EQ(options.optimiser.kind, OptimiserKind::adadelta);
  EXPECT_EQ(options.optimiser.learning_rate, 1.0);
  EXPECT_EQ(options.model.roll.low, 24);
  EXPECT_EQ(options.model.roll.high, 101);
  EXPECT_EQ(options.model.beat, network::Beat::binary);
  EXPECT_EQ(options.model.heads, network::Heads::per_note);
  EXPECT_EQ(options.average, 0);
  // Of the inputs and layers that the original had not, it has none.
  const network::Config none;
  EXPECT_EQ(options.model.echoes, none.echoes);
  EXPECT_EQ(options.model.lower_notes, none.lower_notes);
  EXPECT_EQ(options.model.lower_chord, none.lower_chord);
  EXPECT_EQ(options.model.mix_units, none.mix_units);
}

TEST(OptionsFile, NoRecipeDependsOnDefaultsThatMayChange) {
  int recipes = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TOCCATA_SOURCE_DIR) / "recipes")) {
    if (entry.path().extension() != ".toml") continue;
    const std::set<std::string> keys = toml_keys(entry.path());
    EXPECT_TRUE(keys.contains("average")) << entry.path();
    if (keys.contains("restore")) continue;  // the restored model has the rest
    ++recipes;
    for (const char* key :
         {"time-units", "note-units", "mix-units", "echoes", "lower-notes", "lower-chord"}) {
      EXPECT_TRUE(keys.contains(key)) << entry.path() << ": " << key;
    }
  }
  EXPECT_GE(recipes, 8);
}

TEST(OptionsFile, AStoredOptionYoungerThanTheRunIsAsItWasBefore) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "options.toml";
  write_file(file, "batches = 3\ntime-units = [7]\n");
  const TrainOptions stored = stored_options(file);
  network::Config model;
  model.time_units = {7};
  EXPECT_EQ(stored.model, model);
  EXPECT_EQ(stored.average, 0);
  EXPECT_EQ(stored.batches, 3);
}

}  // namespace
}  // namespace toccata::training
