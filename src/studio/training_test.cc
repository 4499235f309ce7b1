#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/files.h"
#include "runs/metrics.h"
#include "studio/child.h"
#include "studio/training_order.h"
#include "studio/training_runs.h"
#include "support/temporary_folder.h"
#include "tasks/run_facts.h"

namespace toccata::studio {
namespace {

namespace fs = std::filesystem;

template <typename Condition>
bool within_seconds(int seconds, Condition condition) {
  for (int i = 0; i < seconds * 50; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TEST(Child, TellsItsLinesAndItsStatus) {
  std::atomic<bool> ended{false};
  Child child({"/bin/sh", "-c", "echo one; echo two >&2; printf unfinished; exit 3"},
              [&] { ended = true; });
  ASSERT_TRUE(within_seconds(10, [&] { return ended.load(); }));
  EXPECT_EQ(child.status(), 3);
  EXPECT_EQ(child.lines(), (std::vector<std::string>{"one", "two", "unfinished"}));
}

TEST(Child, IsInterruptedOnceAndWaitedFor) {
  std::atomic<bool> ended{false};
  {
    Child child({"/bin/sh", "-c", "trap 'echo saved; exit 130' INT; echo ready; sleep 60 & wait"},
                [&] { ended = true; });
    ASSERT_TRUE(within_seconds(10, [&] { return child.written() > 0; }));
    child.interrupt();
    child.interrupt();
    ASSERT_TRUE(within_seconds(10, [&] { return !child.running(); }));
    EXPECT_EQ(child.status(), 130);
  }
  EXPECT_TRUE(ended);
}

TEST(Child, KeepsOnlyItsLastLines) {
  Child child({"/bin/sh", "-c", "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done"},
              [] {});
  ASSERT_TRUE(within_seconds(20, [&] { return !child.running(); }));
  EXPECT_EQ(child.written(), 1000u);
  EXPECT_EQ(child.lines().size(), 200u);
  EXPECT_EQ(child.lines().back(), "line 999");
}

TEST(Child, SaysWhatCannotBeStarted) {
  EXPECT_THROW(Child({"/no/such/program"}, [] {}), Error);
}

TEST(TrainingOrder, BecomesTheWordsOfToccataTrain) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "bach");
  const auto folders = named_folders({(folder.path() / "bach").string()});
  ASSERT_EQ(folders.size(), 1u);
  EXPECT_EQ(folders[0].name, "bach");
  const TrainingOrder order = read_training_order(
      Json::parse(R"({"name":"x","folder":"bach","minutes":0.5,"time_units":[8,4],"transpose":3})"),
      folders);
  EXPECT_EQ(order.words,
            (std::vector<std::string>{folders[0].path, "--name", "x", "--minutes", "0.5",
                                      "--time-units", "8,4", "--transpose", "3"}));
}

TEST(TrainingOrder, IsRefusedWhereItLeavesItsBounds) {
  const TemporaryFolder folder;
  const auto folders = named_folders({folder.path().string()});
  const std::string name = folders[0].name;
  for (const std::string more :
       {R"(,"minutes":-1)", R"(,"minutes":0)", R"(,"minutes":"1; rm -rf /")", R"(,"batches":1e300)",
        R"(,"time_units":[0])", R"(,"time_units":[99999999])", R"(,"time_units":"8")",
        R"(,"note_units":[])", R"(,"batch_size":2.5)", R"(,"restore":"../x")",
        R"(,"restore":"--help")", R"(,"from":"../x")", R"(,"output":"/etc")",
        R"(,"config":"/etc/passwd")", R"(,"minutes":1,"batches":1)"}) {
    EXPECT_THROW(read_training_order(
                     Json::parse(R"({"name":"x","folder":")" + name + '"' + more + '}'), folders),
                 Error)
        << more;
  }
  for (const char* bad : {"", "..", "a/b", "-x", ".hidden", "a@b"}) {
    EXPECT_THROW(read_training_order({{"name", bad}, {"folder", name}}, folders), Error) << bad;
  }
  for (const char* bad : {"", "/", "/etc", "..", "other"}) {
    EXPECT_THROW(read_training_order({{"name", "x"}, {"folder", bad}}, folders), Error) << bad;
  }
}

TEST(NamedFolders, HaveNamesOfTheirOwnAndMustExist) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "a" / "music");
  fs::create_directories(folder.path() / "b" / "music");
  const auto folders = named_folders(
      {(folder.path() / "a" / "music").string(), (folder.path() / "b" / "music" / "").string()});
  EXPECT_EQ(folders[0].name, "music");
  EXPECT_EQ(folders[1].name, "music-2");
  EXPECT_THROW(named_folders({(folder.path() / "c").string()}), Error);
}

TEST(TimeLeft, ComesFromTheGoalAndTheSpeedSoFar) {
  const std::vector<runs::MetricsRow> rows = {{.batch = 50, .epoch = 2, .seconds = 100}};
  EXPECT_DOUBLE_EQ(tasks::seconds_left({{"minutes", 5.0}}, rows), 200);
  EXPECT_DOUBLE_EQ(tasks::seconds_left({{"batches", 200.0}}, rows), 300);
  EXPECT_DOUBLE_EQ(tasks::seconds_left({{"epochs", 3.0}}, rows), 50);
  EXPECT_LT(tasks::seconds_left({{"batches", 200.0}}, {}), 0);
  EXPECT_LT(tasks::seconds_left(OrderedJson::object(), rows), 0);
}

// Stands for toccata train: writes a run's files, and saves when it is interrupted.
constexpr const char* kTrainer = R"(#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in --name) name=$2; shift;; --output) output=$2; shift;; --resume) resumed=yes;; --minutes) minutes=", $2 minutes"; shift;; esac
  shift
done
run="$output/$name"
mkdir -p "$run/midi" "$run/checkpoints"
echo '{}' >"$run/config.json"
echo 'minutes = 10' >"$run/options.toml"
trap 'echo saved; exit 130' INT
[ -z "$resumed" ] && echo 'batch,epoch,seconds,train_nats,valid_nats,learning_rate,gradient_norm,note_steps_per_second' >"$run/metrics.csv"
echo "begun ${resumed:-anew}$minutes"
i=0
while [ $i -lt 400 ]; do
  i=$((i+1)); echo "$i,0,$i,9,8,0.001,1,100" >>"$run/metrics.csv"; echo x >"$run/midi/step-$i.mid"
  sleep 0.1 & wait $!
done
)";

class Training : public testing::Test {
 protected:
  Training() {
    write_file(folder_.path() / "trainer", std::string_view(kTrainer));
    fs::permissions(folder_.path() / "trainer", fs::perms::owner_all);
    fs::create_directories(folder_.path() / "music");
    options_.output = folder_.path() / "runs";
    options_.folders = named_folders({(folder_.path() / "music").string()});
    options_.program = folder_.path() / "trainer";
    fs::create_directories(options_.output);
  }
  TemporaryFolder folder_;
  TrainingOptions options_;
};

TEST_F(Training, IsStartedWatchedStoppedAndResumed) {
  TrainingRuns training(options_);
  const TrainingOrder order =
      read_training_order({{"name", "first"}, {"folder", "music"}}, options_.folders);
  training.start(order);
  EXPECT_THROW(training.start(order), Error);
  ASSERT_TRUE(within_seconds(10, [&] { return training.describe("first").contains("last"); }));
  const OrderedJson now = training.describe("first");
  EXPECT_EQ(now["state"], "running");
  EXPECT_EQ(now["metrics"][0]["valid_nats"], -8);
  EXPECT_GT(now["seconds_left"], 500);
  EXPECT_EQ(now["log"][0], "begun anew");
  ASSERT_TRUE(within_seconds(10, [&] { return !training.describe("first")["samples"].empty(); }));
  EXPECT_TRUE(fs::exists(training.sample("first", "step-1.mid")));
  EXPECT_THROW(training.sample("first", "../config.json"), Error);
  EXPECT_THROW(training.describe("../runs/first"), Error);

  TrainingOrder second = order;
  second.name = "second";
  EXPECT_THROW(training.start(second), Error) << "one at a time";
  training.stop("first");
  ASSERT_TRUE(within_seconds(10, [&] { return training.describe("first")["state"] == "stopped"; }));
  EXPECT_EQ(training.describe("first")["log"].back(), "saved");
  EXPECT_THROW(training.stop("first"), Error);
  training.resume("first");
  EXPECT_EQ(training.list()[0]["state"], "running");
  ASSERT_TRUE(within_seconds(10, [&] { return !training.describe("first")["log"].empty(); }));
  EXPECT_EQ(training.describe("first")["log"][0], "begun yes");
}

TEST_F(Training, LearnsForSomeMoreMinutesFromMusicThatWasDropped) {
  TrainingRuns training(options_);
  training.drop("mine", "tune.mid", "notes");
  EXPECT_THROW(training.drop("music", "tune.mid", "notes"), Error) << "its owner's";
  training.start(read_training_order({{"name", "first"}, {"folder", "mine"}}, training.folders()));
  EXPECT_THROW(training.forget("mine"), Error) << "it is learned from";
  ASSERT_TRUE(within_seconds(10, [&] { return training.describe("first").contains("last"); }));
  training.stop("first");
  ASSERT_TRUE(within_seconds(10, [&] { return training.describe("first")["state"] == "stopped"; }));
  const double seconds = training.describe("first")["last"]["seconds"];
  training.resume("first", 10);
  ASSERT_TRUE(within_seconds(10, [&] { return !training.describe("first")["log"].empty(); }));
  EXPECT_EQ(training.describe("first")["log"][0],
            fmt::format("begun yes, {:.2f} minutes", seconds / 60 + 10));
  training.stop("first");
  ASSERT_TRUE(within_seconds(10, [&] { return training.describe("first")["state"] == "stopped"; }));
  training.forget("mine");
  EXPECT_EQ(training.folders().size(), 1u);
}

TEST_F(Training, TellsWhatHappensAsEvents) {
  TrainingRuns training(options_);
  training.start(read_training_order({{"name", "first"}, {"folder", "music"}}, options_.folders));
  const auto events = training.events("first");
  ASSERT_TRUE(within_seconds(10, [&] {
    const std::string text = events->take(0).text;
    return text.find("event: metrics") != std::string::npos &&
           text.find("event: samples") != std::string::npos &&
           text.find("event: log") != std::string::npos &&
           text.find("\"state\":\"running\"") != std::string::npos;
  }));
  training.stop("first");
  EXPECT_TRUE(within_seconds(
      10, [&] { return events->take(0).text.find("\"state\":\"stopped\"") != std::string::npos; }));
}

}  // namespace
}  // namespace toccata::studio
