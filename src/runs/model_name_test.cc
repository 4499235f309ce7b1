#include "runs/model_name.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "runs/checkpoint.h"
#include "support/temporary_folder.h"

namespace toccata::runs {
namespace {

namespace fs = std::filesystem;

void make_model(const fs::path& folder) {
  write_file(folder / "config.json", "{}");
  write_file(folder / "model.safetensors", "x");
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
    return error.what();
  }
  return "";
}

class ModelName : public testing::Test {
 protected:
  ModelName() {
    places_.output = folder_.path() / "output";
    places_.shipped = {folder_.path() / "mine", folder_.path() / "shipped"};
    make_model(places_.output / "piano");
    make_model(places_.shipped[1] / "first");
    make_model(places_.shipped[1] / "benchmarks" / "jsb");
  }
  TemporaryFolder folder_;
  Places places_;
};

TEST_F(ModelName, ARunAShippedModelAndAFolderAreAllFound) {
  EXPECT_EQ(find_model("piano", places_), places_.output / "piano");
  EXPECT_EQ(find_model("first", places_), places_.shipped[1] / "first");
  EXPECT_EQ(find_model("benchmarks/jsb", places_), places_.shipped[1] / "benchmarks" / "jsb");
  const fs::path folder = places_.output / "piano";
  EXPECT_EQ(find_model(folder.string(), places_), folder);
  EXPECT_EQ(find_model(folder.string() + "/", places_), folder.string() + "/");
}

TEST_F(ModelName, ARunHidesAShippedModelOfItsNameAndAnEarlierFolderALaterOne) {
  make_model(places_.shipped[0] / "first");
  EXPECT_EQ(find_model("first", places_), places_.shipped[0] / "first");
  make_model(places_.output / "first");
  EXPECT_EQ(find_model("first", places_), places_.output / "first");
}

TEST_F(ModelName, CheckpointsAreNamedByLastAndByStep) {
  const RunFolder run{places_.output / "piano"};
  for (const long step : {500L, 1000L})
    write_checkpoint(run, step, [](const fs::path& folder) { make_model(folder); });
  EXPECT_EQ(find_model("piano@last", places_), run.checkpoint(1000));
  EXPECT_EQ(find_model("piano@step-500", places_), run.checkpoint(500));
  const std::string message = message_of([&] { find_model("piano@step-7", places_); });
  EXPECT_NE(message.find("step-1000, step-500"), std::string::npos) << message;
  // A damaged newest checkpoint is passed over.
  write_file(run.checkpoint(1000) / "model.safetensors", "y");
  EXPECT_EQ(find_model("piano@last", places_), run.checkpoint(500));
  EXPECT_THROW(find_model("piano@step-1000", places_), Error);
}

TEST_F(ModelName, AnUnknownNameIsRefusedWithWhatThereIs) {
  const std::string message = message_of([&] { find_model("paino", places_); });
  for (const char* known : {"piano", "first", "benchmarks/jsb"})
    EXPECT_NE(message.find(known), std::string::npos) << message;
}

TEST_F(ModelName, ARunWithoutAModelPointsToItsCheckpoint) {
  const RunFolder run{places_.output / "young"};
  write_file(run.config(), "{}");
  EXPECT_NE(message_of([&] { find_model("young", places_); }).find("no model yet"),
            std::string::npos);
  write_checkpoint(run, 10, [](const fs::path& folder) { make_model(folder); });
  EXPECT_NE(message_of([&] { find_model("young", places_); }).find("young@last"),
            std::string::npos);
}

TEST_F(ModelName, AFolderWithoutAModelAndHostileNamesAreRefused) {
  fs::create_directories(folder_.path() / "empty");
  EXPECT_NE(message_of([&] {
              find_model((folder_.path() / "empty").string(), places_);
            }).find("not a model folder"),
            std::string::npos);
  for (const char* name : {"", ".", "..", "../piano", "../../etc@last", "..@last", "@last", "x@"})
    EXPECT_THROW(find_model(name, places_), Error) << name;
}

TEST_F(ModelName, AllModelsAreListedAndUnfinishedRunsMarked) {
  write_file(places_.output / "young" / "config.json", "{}");
  const auto models = known_models(places_);
  ASSERT_EQ(models.size(), 4u);
  EXPECT_EQ(models[0].name, "piano");
  EXPECT_TRUE(models[0].complete);
  EXPECT_EQ(models[1].name, "young");
  EXPECT_FALSE(models[1].complete);
  EXPECT_EQ(models[2].name, "benchmarks/jsb");
  EXPECT_EQ(models[2].kind, KnownModel::Kind::benchmark);
  EXPECT_FALSE(models[2].offered());
  EXPECT_EQ(models[3].kind, KnownModel::Kind::shipped);
}

TEST_F(ModelName, TheDefaultIsTheNewestRunThenChorales) {
  const auto at = [&](const char* name, int minutes) {
    make_model(places_.output / name);
    fs::last_write_time(places_.output / name / "model.safetensors",
                        fs::file_time_type::clock::now() + std::chrono::minutes(minutes));
  };
  at("aged", 1);
  at("newest", 3);
  at("zither", 2);
  write_file(places_.output / "young" / "config.json", "{}");
  EXPECT_EQ(default_model(known_models(places_)), "newest");
  places_.output = folder_.path() / "no runs yet";
  EXPECT_EQ(default_model(known_models(places_)), "first");
  make_model(places_.shipped[1] / "chorales");
  EXPECT_EQ(default_model(known_models(places_)), "chorales");
  EXPECT_EQ(default_model({}), "");
}

TEST_F(ModelName, TheEnvironmentNamesFoldersOfShippedModelsFirst) {
  const std::string list =
      (folder_.path() / "absent").string() + "::" + places_.shipped[1].string();
  ::setenv("TOCCATA_MODELS", list.c_str(), 1);
  const auto folders = shipped_folders();
  ::unsetenv("TOCCATA_MODELS");
  ASSERT_FALSE(folders.empty());
  EXPECT_EQ(folders.front(), places_.shipped[1]);
}

}  // namespace
}  // namespace toccata::runs
