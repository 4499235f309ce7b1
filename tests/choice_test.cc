// Scoring, choosing among many and not copying, from outside: with the shipped model.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "support/run_program.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;

const std::string kExamples = TOCCATA_SOURCE_DIR "/examples";

Outcome toccata_(const std::string& arguments) {
  return run_shell(TOCCATA_PROGRAMS "/toccata " + arguments);
}

std::set<fs::path> files_in(const fs::path& folder) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.insert(entry.path());
  return files;
}

TEST(Score, GivesPictureCsvAndJsonOfTheSameNotes) {
  const TemporaryFolder folder;
  const std::string here = folder.path().string();
  ASSERT_EQ(toccata_("generate chorales --steps 32 --batch 1 --seed 3 --out " + here).exit_code, 0);
  const std::string piece = files_in(here).begin()->string();
  const Outcome plain = toccata_("score chorales " + piece);
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  const Outcome all =
      toccata_("score chorales " + piece + " --json --csv " + here + "/s.csv --picture svg --dark");
  ASSERT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(read_text(here + "/s.csv"), plain.out);
  const Json json = parse_json(all.out, "score");
  ASSERT_EQ(json.size(), 1u);
  const Json notes = json[0]["notes"];
  EXPECT_EQ(static_cast<long>(notes.size()) + 1,
            std::count(plain.out.begin(), plain.out.end(), '\n'));
  EXPECT_EQ(json[0]["model"], "chorales");
  EXPECT_EQ(json[0]["model_hash"].get<std::string>().size(), 32u);
  const std::string picture = read_text(fs::path(piece).replace_extension(".svg"));
  EXPECT_THAT(picture, HasSubstr(fmt::format("{} notes", notes.size())));
  EXPECT_THAT(picture, HasSubstr("surprise in nats"));
}

TEST(Score, SaysWhatIsWrongBeforeItListens) {
  EXPECT_EQ(toccata_("score chorales " + kExamples + "/none.mid").exit_code, 1);
  const Outcome outcome = toccata_("score chorales " + kExamples + " --picture out.gif");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr(".svg or .png"));
  // Many pieces cannot share one picture.
  EXPECT_EQ(toccata_("score chorales " + kExamples + " --picture one.png").exit_code, 2);
}

TEST(Candidates, TheBestAreKeptWithASheetAndCanBeMadeAgain) {
  const TemporaryFolder folder;
  const std::string order =
      "generate chorales --steps 32 --candidates 6 --keep 2 --seed 8 --corpus " + kExamples +
      " --json --out ";
  const Outcome outcome = toccata_(order + folder.path().string());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json json = parse_json(outcome.out, "candidates");
  EXPECT_EQ(json["candidates"], 6);
  ASSERT_EQ(json["pieces"].size(), 2u);
  EXPECT_LE(json["pieces"][0]["mean_rank"], json["pieces"][1]["mean_rank"]);
  for (const char* criterion : {"likelihood", "statistics", "copying"}) {
    EXPECT_TRUE(json["pieces"][0]["ranks"].contains(criterion)) << criterion;
  }
  EXPECT_EQ(files_in(folder.path()).size(), 3u);
  const std::string sheet = read_text(json["sheet"].get<std::string>());
  for (const Json& piece : json["pieces"]) {
    const fs::path file = piece["file"].get<std::string>();
    EXPECT_THAT(sheet, HasSubstr("href=\"" + file.filename().string() + "\""));
    const TemporaryFolder again;
    const Outcome made =
        toccata_("generate --again " + file.string() + " --out " + again.path().string());
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }
  // The same order, the same bytes; the names are not taken twice.
  ASSERT_EQ(toccata_(order + folder.path().string()).exit_code, 0);
  EXPECT_EQ(files_in(folder.path()).size(), 3u);
}

TEST(Candidates, WhatDoesNotGoTogetherIsRefusedAtOnce) {
  for (const char* words :
       {"--keep 3", "--candidates 4 --keep 5", "--candidates 4 --batch 2", "--max-copy 4",
        "--corpus examples", "--candidates 0", "--candidates 4 --keep 2 --rank-by beauty",
        "--candidates 4 --keep 2 --rank-by copying"}) {
    const Outcome outcome = toccata_(std::string("generate chorales --steps 16 ") + words);
    EXPECT_EQ(outcome.exit_code, 2) << words << outcome.err;
    EXPECT_FALSE(outcome.err.empty()) << words;
  }
}

TEST(Candidates, AModelCanKeepItsCorpusStatistics) {
  const TemporaryFolder folder;
  const std::string model = (folder.path() / "model").string();
  ASSERT_EQ(toccata_("export chorales " + model).exit_code, 0);
  const Outcome kept = toccata_("describe " + kExamples + " --for " + model);
  ASSERT_EQ(kept.exit_code, 0) << kept.err;
  EXPECT_TRUE(fs::exists(fs::path(model) / "statistics.json"));
  const Outcome outcome = toccata_("generate " + model +
                                   " --steps 32 --candidates 3 --keep 1 --seed 1 --rank-by "
                                   "likelihood,statistics --json --out " +
                                   folder.path().string() + "/out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(parse_json(outcome.out, "candidates")["pieces"][0].contains("distance"));
}

TEST(MaxCopy, APieceThatCopiesIsComposedOtherwiseAndTheReceiptSaysSo) {
  const TemporaryFolder folder;
  const std::string here = folder.path().string(), corpus = here + "/corpus";
  const std::string order = "generate chorales --steps 64 --batch 2 --seed 6 --out ";
  ASSERT_EQ(toccata_(order + corpus).exit_code, 0);  // what the model itself composes
  const Outcome outcome =
      toccata_(order + here + "/out --max-copy 6 --corpus " + corpus + " --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const Json& piece : parse_json(outcome.out, "generate")["pieces"]) {
    const std::string file = piece["file"];
    EXPECT_THAT(read_text(file), HasSubstr("\"retries\":[{\"step\":0,\"try\":"));
    const TemporaryFolder again;
    EXPECT_EQ(toccata_("generate --again " + file + " --out " + again.path().string()).exit_code,
              0);
  }
  const Outcome copying = toccata_("copying " + here + "/out --corpus " + corpus + " --json");
  ASSERT_EQ(copying.exit_code, 0) << copying.err;
  for (const Json& piece : parse_json(copying.out, "copying")["per_piece"]) {
    const Json copy = piece["most_beats"];
    EXPECT_TRUE(copy.is_null() || copy["beats"] <= 6.0 || copy["notes"] < 8) << copy.dump();
  }
}

}  // namespace
}  // namespace toccata
