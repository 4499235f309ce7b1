#include "runs/run_folder.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata::runs {
namespace {

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(RunFolder, AnExistingRunIsNeverOverwrittenAndTheMessageSaysWhatToDo) {
  const TemporaryFolder folder;
  const RunFolder run = create_run(folder.path() / "output", "piano");
  EXPECT_EQ(run.path, folder.path() / "output" / "piano");
  write_file(run.config(), "{}");
  const std::string message = message_of([&] { create_run(folder.path() / "output", "piano"); });
  EXPECT_NE(message.find("--resume"), std::string::npos) << message;
  EXPECT_NE(message.find("--restore"), std::string::npos) << message;
  EXPECT_EQ(read_text(run.config()), "{}");
}

TEST(RunFolder, AnEmptyFolderOfTheNameIsTakenSinceNothingCanBeLost) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "piano");
  EXPECT_EQ(create_run(folder.path(), "piano").name(), "piano");
}

TEST(RunFolder, ARunThatWasKilledBeforeItsFirstCheckpointIsNoDeadEnd) {
  // Killed with its options written: it is a run, and can be resumed.
  const TemporaryFolder folder;
  write_file(folder.path() / "begun" / "options.toml", "");
  EXPECT_EQ(open_run(folder.path(), "begun").name(), "begun");
  // Killed while it wrote them: nothing is lost, and the name is free.
  const auto unfinished = folder.path() / "hardly" / "options.toml.toccata-tmp-7-0";
  std::filesystem::create_directories(unfinished.parent_path());
  append_file(unfinished, "half");
  ASSERT_TRUE(is_temporary(unfinished));
  EXPECT_EQ(create_run(folder.path(), "hardly").name(), "hardly");
}

TEST(RunFolder, AFileInTheWayIsRefused) {
  const TemporaryFolder folder;
  write_file(folder.path() / "piano", "x");
  EXPECT_THROW(create_run(folder.path(), "piano"), Error);
  EXPECT_EQ(read_text(folder.path() / "piano"), "x");
}

TEST(RunFolder, NamesThatLeadElsewhereOrMeanSomethingElseAreRefused) {
  for (const char* name : {"", ".", "..", "a/b", "a\\b", "../x", "a..b", "-x", ".x", "x@last",
                           "x\ny", "x.toccata-tmp-1-0"})
    EXPECT_THROW(check_run_name(name), Error) << name;
  EXPECT_THROW(check_run_name(std::string(101, 'a')), Error);
  EXPECT_THROW(check_run_name(std::string_view("a\0b", 3)), Error);
  for (const char* name : {"piano", "piano-2", "Étude no. 3", "x_1.5"})
    EXPECT_NO_THROW(check_run_name(name)) << name;
}

TEST(RunFolder, ARunThatIsNotThereIsRefusedWithTheRunsThatAre) {
  const TemporaryFolder folder;
  write_file(folder.path() / "bach" / "config.json", "{}");
  write_file(folder.path() / "no-run" / "notes.txt", "");
  const std::string message = message_of([&] { open_run(folder.path(), "back"); });
  EXPECT_NE(message.find("bach"), std::string::npos) << message;
  EXPECT_EQ(message.find("no-run"), std::string::npos) << message;
  EXPECT_EQ(open_run(folder.path(), "bach").name(), "bach");
}

TEST(RunFolder, RunsAreListedByNameAndAnAbsentOutputFolderHasNone) {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a", "c"}) write_file(folder.path() / name / "config.json", "{}");
  const auto runs = list_runs(folder.path());
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].name(), "a");
  EXPECT_EQ(runs[2].name(), "c");
  EXPECT_TRUE(list_runs(folder.path() / "absent").empty());
}

TEST(RunFolder, TwoProcessesNeverTrainIntoOneRun) {
  const TemporaryFolder folder;
  const RunFolder run = create_run(folder.path(), "x");
  {
    const RunLock mine(run);
    EXPECT_THROW(RunLock{run}, Error);
  }
  EXPECT_NO_THROW(RunLock{run});
}

}  // namespace
}  // namespace toccata::runs
