// What newcomers met: each of these once surprised somebody.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRoot = TOCCATA_SOURCE_DIR;
const std::string kModel = kRoot + "/models/chorales";

Outcome toccata_(const std::string& arguments) {
  return run_shell(TOCCATA_PROGRAMS "/toccata " + arguments);
}

/// Whether a MIDI file says this tempo, in microseconds per quarter note.
bool has_tempo(const fs::path& path, std::uint32_t microseconds) {
  const Bytes bytes = read_file(path);
  const std::array<std::uint8_t, 6> event = {0xFF,
                                             0x51,
                                             3,
                                             static_cast<std::uint8_t>(microseconds >> 16),
                                             static_cast<std::uint8_t>(microseconds >> 8),
                                             static_cast<std::uint8_t>(microseconds)};
  return std::search(bytes.begin(), bytes.end(), event.begin(), event.end()) != bytes.end();
}

TEST(Tempo, OfAPieceThatIsGoneOnFromIsKept) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  ASSERT_EQ(
      toccata_("generate " + kModel + " --batch 1 --steps 16 --seed 1 --tempo 93 --out " + out)
          .exit_code,
      0);
  const fs::path primer = fs::directory_iterator(out)->path();
  const std::string more = " --batch 1 --steps 16 --seed 2 --prime " + primer.string();
  ASSERT_EQ(toccata_("generate " + kModel + more + " --out " + out + "/on").exit_code, 0);
  EXPECT_TRUE(has_tempo(fs::directory_iterator(out + "/on")->path(), 645161));
  ASSERT_EQ(toccata_("generate " + kModel + more + " --tempo 60 --out " + out + "/slow").exit_code,
            0);
  EXPECT_TRUE(has_tempo(fs::directory_iterator(out + "/slow")->path(), 1000000));
}

TEST(Messages, OfNumbersOutOfBoundsAreShort) {
  for (const char* words : {"generate chorales --max-copy -1 --corpus x", "play chorales --rest -2",
                            "render x.mid --gain 30", "play chorales --keep-prob 7"}) {
    const Outcome outcome = toccata_(words);
    EXPECT_EQ(outcome.exit_code, 2) << words;
    EXPECT_THAT(outcome.err, HasSubstr("expected")) << words;
    EXPECT_LT(outcome.err.size(), 200U) << outcome.err;
  }
}

TEST(Messages, OfAWrongWordNameTheWordsAndTheCommand) {
  const Outcome outcome = toccata_("export chorales x --as gold");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "toccata export: --as: expected f32, bf16 or f16, found \"gold\"\n"
            "Try toccata export --help\n");
}

TEST(Evaluate, RefusesTrialsOfNoWindowsBeforeItPrintsAnything) {
  for (const char* wrong : {"--batch-size 0", "--time-steps 0", "--batch-size -3"}) {
    const Outcome outcome =
        toccata_("evaluate " + kModel + " " + kRoot + "/examples --trials 2 " + wrong);
    EXPECT_EQ(outcome.exit_code, 2) << wrong;
    EXPECT_EQ(outcome.out, "") << wrong;
  }
}

TEST(Models, ATruncatedOneIsListedWithItsFault) {
  const TemporaryFolder folder;
  for (const char* name : {"whole", "short", "other"}) {
    fs::create_directory(folder.path() / name);
    for (const char* file : {"config.json", "model.safetensors"})
      fs::copy_file(fs::path(kModel) / file, folder.path() / name / file);
  }
  const fs::path weights = folder.path() / "short/model.safetensors";
  fs::resize_file(weights, fs::file_size(weights) - 1);
  write_file(folder.path() / "other/model.safetensors", "no tensors");
  const Outcome outcome = run_shell("cd " + folder.path().string() + " && TOCCATA_MODELS=. " +
                                    TOCCATA_PROGRAMS "/toccata models --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  int seen = 0;
  for (const Json& model : parse_json(outcome.out, "models")) {
    const auto name = model.at("name").get<std::string>();
    if (name == "whole") {
      EXPECT_FALSE(model.contains("fault")) << model.dump();
    }
    if (name == "short") {
      EXPECT_THAT(model.value("fault", ""), HasSubstr("cut short"));
    }
    if (name == "other") {
      EXPECT_THAT(model.value("fault", ""), HasSubstr("damaged"));
    }
    seen += name == "whole" || name == "short" || name == "other";
  }
  EXPECT_EQ(seen, 3) << outcome.out;
}

TEST(Training, CountsInTheSingularAndIsNotResumedAsAnotherRun) {
  const TemporaryFolder folder;
  const std::string where = " --name one --output " + folder.path().string();
  const std::string piece = kRoot + "/examples/canon-in-d.abc";
  const Outcome made = toccata_("train " + piece + where +
                                " --batches 1 --validation-pieces 0 --time-units 4 --note-units 4 "
                                "--batch-size 1 --time-steps 8 --threads 1 --sample-steps 0");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const char* text :
       {"Read 1 piece in", "1 piece to learn from", "1 update", "after 1 batch,"})
    EXPECT_THAT(made.err, HasSubstr(text));
  const std::string before = read_text(folder.path() / "one/options.toml");

  for (const std::string& words :
       {std::string("--seed 9"), std::string("--optimizer sgd"), std::string("--restore chorast"),
        std::string("--time-units 5"), std::string("--grid 8"), std::string("--batch-size 3"),
        kRoot + "/examples/la-folia.abc"}) {
    const Outcome outcome = toccata_("train --resume --batches 2 " + words + where);
    EXPECT_EQ(outcome.exit_code, 2) << words << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("began otherwise")) << words;
    EXPECT_EQ(read_text(folder.path() / "one/options.toml"), before) << words;
  }
  // What is said again as it was, and what may change, is no contradiction.
  const Outcome resumed =
      toccata_("train --resume " + piece + " --batches 2 --time-units 4 --seed 1" + where);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("after 2 batches,"));
}

}  // namespace
}  // namespace toccata
