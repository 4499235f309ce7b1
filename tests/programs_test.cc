// The programs from outside, as a user meets them: exit codes, messages, nothing half-written.
// TOCCATA_PROGRAMS is the folder they are in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>

#include "base/json.h"
#include "support/midi_bytes.h"
#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kExamples = TOCCATA_SOURCE_DIR "/examples";

Outcome toccata_(const std::string& arguments) {
  return run_shell(TOCCATA_PROGRAMS "/toccata " + arguments);
}

TEST(Usage, AnUnknownCommandOrOptionEndsWithTwo) {
  EXPECT_EQ(toccata_("compose").exit_code, 2);
  EXPECT_THAT(toccata_("compose").err, HasSubstr("\"compose\" is not a command"));
  EXPECT_EQ(toccata_("generate chorales --seed -1").exit_code, 2);
  const Outcome outcome = toccata_("import --gird 4 x");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--gird"));
}

TEST(Usage, WithoutACommandHelpIsShown) {
  const Outcome outcome = toccata_("");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("generate"));
}

TEST(Usage, HelpAndVersionGoToStandardOutput) {
  for (const char* words : {"--help", "--version", "import --help", "generate --help"}) {
    const Outcome outcome = toccata_(words);
    EXPECT_EQ(outcome.exit_code, 0) << words;
    EXPECT_FALSE(outcome.out.empty()) << words;
    EXPECT_TRUE(outcome.err.empty()) << words << ": " << outcome.err;
  }
}

TEST(Import, ReadsTheExamplesAndReportsAsJson) {
  const Outcome outcome = toccata_("import --json " + kExamples);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "report");
  EXPECT_GE(report.at("files").size(), 12u);
}

TEST(Import, OptionsComeFromTheEnvironmentToo) {
  const Outcome plain = run_shell(
      "TOCCATA_IMPORT_MIN_STEPS=1000000 " TOCCATA_PROGRAMS "/toccata import " + kExamples);
  EXPECT_EQ(plain.exit_code, 1);
  EXPECT_THAT(plain.err, HasSubstr("longest"));
}

TEST(Import, SaysWhatIsWrongWithAFolder) {
  const TemporaryFolder folder;
  Outcome outcome = toccata_("import " + folder.path().string());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(folder.path().string()));

  outcome = toccata_("import " + (folder.path() / "absent").string());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("absent"));

  // One bad file of each kind beside a good one: the good one is read, each bad one named.
  write_file(folder.path() / "zero.mid", "");
  write_file(folder.path() / "page.mid", "<!DOCTYPE html><html></html>");
  write_file(folder.path() / "ppq0.mid",
             std::string_view("MThd\0\0\0\6\0\0\0\1\0\0MTrk\0\0\0\4\0\xff\x2f\0", 26));
  fs::create_directory(folder.path() / "folder.mid");
  fs::copy_file(fs::directory_iterator(kExamples)->path().parent_path() / "README.md",
                folder.path() / "text.mid");
  for (const auto& entry : fs::directory_iterator(kExamples))
    if (entry.path().extension() == ".abc") {
      fs::copy_file(entry.path(), folder.path() / entry.path().filename());
      break;
    }
  outcome = toccata_("import --json " + folder.path().string());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "report");
  int kept = 0, unreadable = 0;
  for (const Json& file : report.at("files")) {
    kept += file.at("kept").get<bool>();
    unreadable += file.at("unreadable").get<bool>();
  }
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(unreadable, 4) << outcome.out;

  EXPECT_EQ(toccata_("import --max-bad 2 " + folder.path().string()).exit_code, 1);
}

TEST(Models, AnUnknownNameListsWhatThereIs) {
  const Outcome outcome = toccata_("generate no-such-model");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("no-such-model"));
}

TEST(Models, APathOutOfTheFolderIsNoName) {
  EXPECT_NE(toccata_("generate ../../etc").exit_code, 0);
}

/// A small run on the examples, trained once for all tests of this file.
class SmallRun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    const Outcome outcome = train("small --batches 12 --save-every 4");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string output() { return folder_->path().string(); }
  static fs::path run(const std::string& name) { return folder_->path() / name; }
  /// `toccata train examples --name NAME …` with a small network.
  static Outcome train(const std::string& name_and_more) {
    return toccata_("train " + kExamples + " --output " + output() +
                    " --time-units 12 --note-units 8 --batch-size 2 --time-steps 16 "
                    "--validate-every 4 --sample-steps 16"
                    " --threads 1 --name " +
                    name_and_more);
  }

  static TemporaryFolder* folder_;
};
TemporaryFolder* SmallRun::folder_ = nullptr;

TEST_F(SmallRun, HoldsTheModelTheCurvesAndMusic) {
  for (const char* file : {"config.json", "model.safetensors", "README.md", "metrics.csv",
                           "loss.svg", "loss.png", "checkpoints/step-4", "checkpoints/step-12"})
    EXPECT_TRUE(fs::exists(run("small") / file)) << file;
  EXPECT_FALSE(fs::is_empty(run("small") / "midi"));
}

TEST_F(SmallRun, IsNotOverwritten) {
  const std::string before = read_text(run("small") / "metrics.csv");
  const Outcome outcome = train("small --batches 2");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--resume"));
  EXPECT_EQ(read_text(run("small") / "metrics.csv"), before);
}

TEST_F(SmallRun, StoppedAndResumedEndsWithTheSameBytes) {
  // Ctrl-C some way in: the run saves and leaves with 130; resumed, it ends where an untouched one
  // does.
  const Outcome untouched = train("whole --batches 400 --save-every 1000");
  ASSERT_EQ(untouched.exit_code, 0) << untouched.err;
  // It is asked to stop once its first row of metrics stands, however slow the machine.
  const Outcome stopped = run_shell(
      TOCCATA_PROGRAMS "/toccata train " + kExamples + " --output " + output() +
      " --time-units 12 --note-units 8 --batch-size 2 --time-steps 16 --validate-every 4 "
      "--sample-steps 16 --threads 1"
      " --name parts --batches 400 --save-every 1000 & pid=$!; for i in $(seq 1200); do [ -s " +
      (run("parts") / "metrics.csv").string() +
      " ] && break; sleep 0.05; done; kill -INT $pid; wait $pid; exit $?");
  if (stopped.exit_code == 130) {
    const Outcome resumed = toccata_("train --resume --name parts --output " + output());
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  } else {
    EXPECT_EQ(stopped.exit_code, 0) << stopped.err;  // a fast machine was done before
  }
  EXPECT_EQ(read_file(run("parts") / "model.safetensors"),
            read_file(run("whole") / "model.safetensors"));
}

TEST_F(SmallRun, SaysSomethingWithinATenthOfASecond) {
  // The best of some tries: what else runs on the machine is no matter of ours.
  double best = 1e9;
  for (int i = 0; i < 10 && best > 0.1; ++i) {
    const Outcome outcome =
        run_shell("begun=$(date +%s%N); " TOCCATA_PROGRAMS "/toccata train " + kExamples +
                  " --output " + output() + " --name quick-" + std::to_string(i) +
                  " --batches 1 --time-units 4 --note-units 4 --batch-size 1 --time-steps 8 2>&1 | "
                  "{ read -r line; echo $(($(date +%s%N) - begun)); cat >/dev/null; }");
    best = std::min(best, std::stod(outcome.out) * 1e-9);
  }
  EXPECT_LT(best, 0.1);
}

TEST_F(SmallRun, WhatNeedsLibTorchNamesItsPackageWhereItIsNotInstalled) {
  const fs::path alone = folder_->path() / "toccata";
  fs::copy_file(TOCCATA_PROGRAMS "/toccata", alone);
  for (const char* words : {" --device cuda", " --engine torch"}) {
    const Outcome outcome = run_shell(alone.string() + " train " + kExamples + " --output " +
                                      output() + " --name torch --batches 1" + words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("Install the package toccata-torch")) << words;
    EXPECT_FALSE(fs::exists(run("torch")));
  }
  const Outcome several = run_shell("RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 " + alone.string() +
                                    " train " + kExamples + " --name torch --batches 1");
  EXPECT_EQ(several.exit_code, 2);
  EXPECT_THAT(several.err, HasSubstr("Install the package toccata-torch"));
}

TEST_F(SmallRun, LibTorchIsLoadedWhereItIsThere) {
  if (!fs::exists(TOCCATA_PROGRAMS "/toccata-torch.so"))
    GTEST_SKIP() << "skipped: built without TOCCATA_TORCH";
  const Outcome outcome = train("by-torch --batches 3 --engine torch");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(run("by-torch") / "model.safetensors"));
  // An error of the plug-in's is the program's own.
  const Outcome refused = train("on-cuda --batches 3 --device cuda");
  if (refused.exit_code != 0) {
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("sees no CUDA device"));
  }
}

using LongSmallRun = SmallRun;
TEST_F(LongSmallRun, ARunOfSomeMinutesTakesThemFromTheStartOfTheProgramToItsEnd) {
  for (const double minutes : {0.5, 1.0}) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string name = fmt::format("timed-{}", minutes);
    const Outcome outcome = toccata_("train " + kExamples + " --output " + output() + " --name " +
                                     name + fmt::format(" --minutes {}", minutes));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NEAR(taken.count() / 60 / minutes, 1, 0.05) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("Chosen: time ["));
    EXPECT_THAT(read_text(run(name) / "options.toml"), HasSubstr("time-units"));
  }
}

TEST(Evaluate, NotesOutsideTheModelsRangeAreCountedOrRefused) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "deep.mid";
  MidiBytes midi;
  midi.header(0, 1, 4).track(TrackEvents().note(0, 20, 16).note(0, 60, 16).note(0, 25, 16).end());
  write_file(file, midi.bytes());
  const std::string words = "evaluate " TOCCATA_SOURCE_DIR "/models/chorales " + file.string();
  Outcome outcome = toccata_(words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr("2 notes in deep.mid lie outside the model's range, 36 to 98"));
  outcome = toccata_(words + " --strict");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("2 notes in deep.mid"));
  EXPECT_EQ(toccata_("evaluate " TOCCATA_SOURCE_DIR "/models/chorales " + kExamples).exit_code, 0);
}

TEST_F(SmallRun, IsEvaluatedExactly) {
  const Outcome outcome =
      toccata_("evaluate " + run("small").string() + " " + kExamples + " --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = parse_json(outcome.out, "evaluate");
  int parts = 0;
  for (const auto& [name, part] : result.items()) {
    if (!part.is_object() || !part.contains("nats_per_step")) continue;
    ++parts;
    EXPECT_LT(part.at("nats_per_step").get<double>(), 0);
    EXPECT_GT(part.at("steps").get<int>(), 0);
    EXPECT_TRUE(part.contains("baseline"));
    EXPECT_NEAR(part.at("nats_per_step_88").get<double>(),
                part.at("nats_per_step").get<double>() * 88 / 78, 1e-6);
  }
  EXPECT_GE(parts, 1) << outcome.out;
}

TEST_F(SmallRun, RemembersThePieceOnceAMemoryIsFitted) {
  const TemporaryFolder folder;
  const std::string here = folder.path().string();
  const fs::path music = folder.path() / "music";
  fs::create_directory(music);
  OrderedJson split = {{"train", OrderedJson::array()}, {"valid", OrderedJson::array()}};
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    if (entry.path().extension() != ".abc") continue;
    fs::copy(entry.path(), music / entry.path().filename());
    split["valid"].push_back(entry.path().filename().string());
  }
  write_file(music / "split.json", split.dump());
  const std::string exported = "export " + run("small").string() + " " + here;
  const Outcome outcome = toccata_(exported + "/m --as f32 --threads 1 --memory " + music.string());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  std::smatch told;
  const std::regex line("(-[0-9.]+) without memory, (-[0-9.]+) with it; (-[0-9.]+) on pieces");
  ASSERT_TRUE(std::regex_search(outcome.err, told, line)) << outcome.err;
  EXPECT_TRUE(parse_json(read_text(here + "/m/config.json"), "config").contains("memory"));
  const auto nats = [&](const std::string& model) {
    const Outcome found =
        toccata_("evaluate " + model + " " + music.string() + " --split valid --threads 1 --json");
    EXPECT_EQ(found.exit_code, 0) << found.err;
    return parse_json(found.out, "evaluate").at("valid").at("nats_per_step").get<double>();
  };
  EXPECT_NEAR(nats(run("small").string()), std::stod(told[1]), 1e-4);
  EXPECT_NEAR(nats(here + "/m"), std::stod(told[2]), 1e-4);
  EXPECT_GT(std::stod(told[3]), std::stod(told[1]));

  const Outcome other = toccata_(exported + "/n --memory-split test --memory " + music.string());
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("this music has no test part"));
  split["valid"] = {split["valid"][0]};
  write_file(music / "split.json", split.dump());
  const Outcome one = toccata_(exported + "/n --memory " + music.string());
  EXPECT_EQ(one.exit_code, 1);
  EXPECT_THAT(one.err, HasSubstr("expected two or more, found 1"));
  EXPECT_FALSE(fs::exists(here + "/n"));
}

TEST_F(SmallRun, ComposesTheSameBytesAgain) {
  const std::string made = output() + "/made", again = output() + "/again";
  ASSERT_EQ(
      toccata_("generate " + run("small").string() + " --steps 64 --batch 3 --seed 5 --out " + made)
          .exit_code,
      0);
  ASSERT_EQ(toccata_("generate " + run("small").string() +
                     " --steps 64 --batch 1 --threads 2 --seed 5 --out " + again)
                .exit_code,
            0);
  const fs::path first = fs::path(again) / fs::directory_iterator(again)->path().filename();
  EXPECT_EQ(read_file(first), read_file(fs::path(made) / first.filename()));
  fs::create_directory(output() + "/receipt");
  const Outcome outcome =
      toccata_("generate --again " + first.string() + " --out " + output() + "/receipt");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(read_file(fs::directory_iterator(output() + "/receipt")->path()), read_file(first));
}

TEST_F(SmallRun, ADamagedModelIsRefusedWithAReason) {
  const auto damaged = [&](const char* name, const auto& damage) {
    const fs::path folder = folder_->path() / name;
    fs::create_directory(folder);
    fs::copy_file(run("small") / "config.json", folder / "config.json");
    fs::copy_file(run("small") / "model.safetensors", folder / "model.safetensors");
    damage(folder);
    const Outcome outcome = toccata_("generate " + folder.string() + " --steps 8 --batch 1 --out " +
                                     output() + "/none");
    EXPECT_NE(outcome.exit_code, 0) << name;
    EXPECT_LT(outcome.exit_code, 128) << name << " ended with a signal";
    EXPECT_FALSE(outcome.err.empty()) << name;
    EXPECT_FALSE(fs::exists(output() + "/none")) << name;
  };
  damaged("short", [](const fs::path& f) { fs::resize_file(f / "model.safetensors", 1000); });
  damaged("long", [](const fs::path& f) { append_file(f / "model.safetensors", "more"); });
  damaged("foreign", [](const fs::path& f) { write_file(f / "model.safetensors", "MThd"); });
  damaged("missing", [](const fs::path& f) { fs::remove(f / "model.safetensors"); });
  damaged("config", [](const fs::path& f) {
    write_file(f / "config.json", "{\"format_version\": \"one\"}");
  });
}

TEST_F(SmallRun, AnotherSizeIsNotRestoredFrom) {
  const Outcome outcome = toccata_("train " + kExamples + " --output " + output() +
                                   " --restore small --name other"
                                   " --time-units 16 --note-units 8 --batches 2 --threads 1");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("(48, 135)"));
  EXPECT_THAT(outcome.err, HasSubstr("(64, 135)"));
}

TEST_F(SmallRun, WhatNobodyGaveIsChosenByTheMusicAndStored) {
  const std::string stored = read_text(run("small") / "options.toml");
  for (const char* line : {"\nechoes = [4,8,16,32,64]\n", "\nmix-units = 8\n",
                           "\nlower-notes = 24\n", "\nlower-chord = true\n", "\naverage = 0.998\n"})
    EXPECT_THAT(stored, HasSubstr(line));
  ASSERT_EQ(train("plain --batches 4 --echoes none --mix-units 0").exit_code, 0);
  const Outcome resumed = toccata_("train --resume --name plain --batches 8 --output " + output());
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  for (const char* line : {"\nechoes = []\n", "\nmix-units = 0\n"})
    EXPECT_THAT(read_text(run("plain") / "options.toml"), HasSubstr(line));
  const Outcome restored = toccata_("train " + kExamples + " --output " + output() +
                                    " --restore plain --name plain-on --batches 2 --threads 1");
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_THAT(read_text(run("plain-on") / "options.toml"), HasSubstr("\nechoes = []\n"));
}

TEST_F(SmallRun, AShortTrainingLearnsOnFromTheShippedModelThatKnowsTheMusicBest) {
  const auto learn = [](const std::string& name_and_more) {
    return toccata_("train " + kExamples + " --output " + output() +
                    " --threads 1 --sample-steps 0 --name " + name_and_more);
  };
  const Outcome begun = learn("on --minutes 0.05");
  ASSERT_EQ(begun.exit_code, 0) << begun.err;
  EXPECT_THAT(begun.err, HasSubstr("Learns on from the model piano (nats per step"));
  EXPECT_THAT(begun.err, HasSubstr("CC BY-SA 3.0 DE"));
  EXPECT_THAT(begun.err, Not(HasSubstr("--from piano")));  // no advice to do what was done
  EXPECT_THAT(read_text(run("on") / "options.toml"), HasSubstr("\nfrom = \"piano\"\n"));
  const std::string card = read_text(run("on") / "README.md");
  EXPECT_THAT(card, HasSubstr("It learned on from the weights of the model piano. Licence of"));
  // A run that goes on stays with it.
  const Outcome resumed = toccata_("train --resume --name on --minutes 0.1 --output " + output());
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;

  // From a pack, too, and past a model that is damaged.
  const std::string pack = output() + "/examples.pack", models = output() + "/some-models";
  ASSERT_EQ(toccata_("import " + kExamples + " --pack " + pack).exit_code, 0);
  fs::create_directory(models);
  for (const char* name : {"piano", "folk"})
    fs::copy(std::string(TOCCATA_SOURCE_DIR "/models/") + name, models + "/" + name);
  fs::resize_file(models + "/folk/model.safetensors", 1000);
  const Outcome packed = run_shell(
      "TOCCATA_MODELS=" + models + " " TOCCATA_PROGRAMS "/toccata train " + pack +
      " --name packed --output " + output() + " --minutes 0.05 --threads 1 --sample-steps 0");
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  EXPECT_THAT(packed.err, HasSubstr("it is not learned on from"));
  EXPECT_THAT(packed.err, HasSubstr("Learns on from the model piano"));

  const Outcome alone = learn("alone --from none --minutes 0.05");
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_THAT(alone.err, Not(HasSubstr("Learns on from")));
  // Measured in batches it learns from nothing, unless a model is named.
  const Outcome counted = learn("counted --batches 1 --batch-size 1 --time-steps 8");
  EXPECT_THAT(counted.err, Not(HasSubstr("Learns on from")));
  const Outcome named = learn(
      "named --from chorales --low 21 --high 108 --echoes 3,6 --batches 1 --batch-size 1 "
      "--time-steps 8");
  ASSERT_EQ(named.exit_code, 0) << named.err;
  const std::string stored = read_text(run("named") / "options.toml");
  for (const char* line :
       {"\nfrom = \"chorales\"\n", "\narticulation = true\n", "\nechoes = [3,6]\n", "\nlow = 21\n"})
    EXPECT_THAT(stored, HasSubstr(line));
  for (const auto& [wrong, reason] :
       std::map<std::string, std::string>{{"--from chorales --time-units 12", "its layers are"},
                                          {"--from chorales --grid 12", "its grid is 4"},
                                          {"--from chorales --restore piano", "exclude each other"},
                                          {"--from choral", "there is no model"}}) {
    const Outcome refused = learn("refused --batches 1 " + wrong);
    EXPECT_EQ(refused.exit_code, 2) << wrong;
    EXPECT_THAT(refused.err, HasSubstr(reason)) << wrong;
    EXPECT_FALSE(fs::exists(run("refused"))) << wrong;
  }
}

TEST_F(SmallRun, ATrainingOfNoLengthIsRefused) {
  for (const char* length : {"--minutes 0", "--batches 0", "--epochs 0"}) {
    const Outcome outcome = train(std::string("never ") + length);
    EXPECT_EQ(outcome.exit_code, 2) << length;
    EXPECT_THAT(outcome.err, HasSubstr("above 0")) << length;
  }
  const Outcome outcome = run_shell("TOCCATA_TRAIN_MINUTES=0 " TOCCATA_PROGRAMS "/toccata train " +
                                    kExamples + " --name never --output " + output());
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_FALSE(fs::exists(run("never")));
}

TEST_F(SmallRun, AConfigOfAWrongTypeIsNamedWithFileAndLine) {
  const fs::path config = folder_->path() / "wrong.toml";
  write_file(config, "batches = 2\nbatch-size = \"many\"\n");
  const Outcome outcome = train("wrong --config " + config.string());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("wrong.toml"));
  EXPECT_THAT(outcome.err, HasSubstr("2"));
}

TEST_F(SmallRun, NoPieceLongEnoughNamesTheLongest) {
  const Outcome outcome = train("too-short --min-steps 100000 --batches 2");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("longest"));
  EXPECT_FALSE(fs::exists(run("too-short") / "checkpoints"));
}

TEST_F(SmallRun, AFullDiskEndsLoudlyAndLosesNothing) {
  // The largest file that may be written is cut to 4 KiB: a checkpoint does not fit.
  const Outcome outcome =
      run_shell("ulimit -f 8; trap '' XFSZ; exec " TOCCATA_PROGRAMS "/toccata generate " +
                run("small").string() + " --steps 20000 --batch 1 --out " + output() + "/full");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_FALSE(outcome.err.empty());
  if (fs::exists(output() + "/full")) {
    EXPECT_TRUE(fs::is_empty(output() + "/full"));
  }
}

}  // namespace
}  // namespace toccata
