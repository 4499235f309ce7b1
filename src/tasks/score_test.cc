#include "tasks/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "listening/tiny_model.h"
#include "music/to_score.h"
#include "notation/smf_writer.h"
#include "support/temporary_folder.h"

namespace toccata::tasks {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Progress quiet;
const Stop never;

struct Scored {
  TemporaryFolder folder;
  NamedModel named{listening::tiny_model(12, true), {}, {}};

  // A file of three quarter notes.
  std::string write(const std::string& name) const {
    music::Roll roll = music::make_roll(12, 60, 71, 4, true);
    for (int t = 0; t < roll.steps; ++t) roll.frame(t)[t / 4] = t % 4 == 0 ? 3 : 1;
    const std::filesystem::path path = folder.path() / name;
    write_file(path, notation::write_smf(music::to_score(roll)));
    return path.string();
  }
};

TEST(Score, CsvAndJsonTellTheSameOfEachNote) {
  const Scored at;
  std::string csv;
  OrderedJson json;
  score(
      at.named, "tiny", {.files = {at.write("a \"b\".mid")}},
      [&](const ScoredPiece& scored) {
        csv = to_csv(scored);
        json = to_json(scored);
        EXPECT_LT(scored.per_step(), 0);
      },
      quiet, never);
  EXPECT_THAT(csv, StartsWith("\"a \"\"b\"\".mid\",1,0,0,60,C4,4,"));
  ASSERT_EQ(json["notes"].size(), 3u);
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
  EXPECT_EQ(json["notes"][2]["name"], "D4");
  EXPECT_EQ(json["notes"][2]["quarter"], 2);
  EXPECT_THAT(csv, HasSubstr(fmt::format("{:.4f}", json["notes"][2]["onset_nats"].get<double>())));
  EXPECT_EQ(json["step_nats"].size(), json["steps"].get<std::size_t>());
}

TEST(Score, RefusesAPictureOfTwoPiecesBeforeItScoresTheFirst) {
  const Scored at;
  const auto both = ScoreOptions{.files = {at.write("a.mid"), at.write("b.mid")},
                                 .picture = (at.folder.path() / "one.svg").string()};
  EXPECT_THROW(score(
                   at.named, "tiny", both, [](const ScoredPiece&) { ADD_FAILURE(); }, quiet, never),
               Error);
}

}  // namespace
}  // namespace toccata::tasks
