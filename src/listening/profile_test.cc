#include "listening/profile.h"

#include <gmock/gmock.h>

#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "listening/tiny_model.h"
#include "support/temporary_folder.h"

namespace toccata::listening {
namespace {

using ::testing::HasSubstr;

// Pieces of random cells: dense, and alike in every statistic.
std::vector<corpus::Piece> pieces_of(int count, int steps) {
  const network::Model model = tiny_model(12, true);
  std::vector<corpus::Piece> pieces;
  for (int i = 0; i < count; ++i) {
    pieces.push_back(random_piece_for(model, fmt::format("p{}", i), steps, 40u + i));
  }
  return pieces;
}

Profile profile_of(const std::vector<corpus::Piece>& pieces) {
  std::vector<const corpus::Piece*> named;
  for (const corpus::Piece& piece : pieces) named.push_back(&piece);
  return profile(named, 2);
}

TEST(Profile, MeansAndSpreadsAreThoseOfTheStretches) {
  const std::vector<corpus::Piece> pieces = pieces_of(3, 100);
  const Profile found = profile_of(pieces);
  ASSERT_EQ(found.lengths.size(), 1u);  // 100 steps hold one stretch of 64 and none of 128
  EXPECT_EQ(found.lengths[0].quarters, 16);
  EXPECT_EQ(found.lengths[0].stretches, 3);
  double sum = 0;
  for (const corpus::Piece& piece : pieces) {
    music::Roll part = piece.roll;
    part.steps = 64;
    part.cells.resize(64u * 12u);
    music::find_phases(part);
    sum += statistics(part).polyphony;
  }
  for (std::size_t i = 0; i < all_statistics().size(); ++i) {
    if (all_statistics()[i].value != &Statistics::polyphony) continue;
    EXPECT_EQ(found.lengths[0].usual[i].count, 3);
    EXPECT_NEAR(found.lengths[0].usual[i].mean, sum / 3, 1e-12);
    EXPECT_GT(found.lengths[0].usual[i].sd, 0);
  }
}

TEST(Profile, MusicOfTheCorpusIsNearAndOtherMusicIsFar) {
  const Profile usual = profile_of(pieces_of(20, 256));
  const network::Model model = tiny_model(12, true);
  const music::Roll same = random_piece_for(model, "new", 256, 999).roll;
  const double near = distance(usual, same);
  EXPECT_GT(near, 0.2);
  EXPECT_LT(near, 1.6);

  music::Roll sparse = same;  // one voice
  for (int t = 0; t < sparse.steps; ++t) {
    for (int n = 1; n < sparse.notes(); ++n) sparse.frame(t)[n] = 0;
  }
  EXPECT_GT(distance(usual, sparse), 2 * near);
  const music::Roll silence = music::make_roll(256, 60, 71, 4, true);
  EXPECT_GT(distance(usual, silence), distance(usual, sparse));
  EXPECT_LE(distance(usual, silence), 5);
}

TEST(Profile, APieceShorterThanEveryStretchIsComparedWhole) {
  const Profile usual = profile_of(pieces_of(5, 128));
  const music::Roll brief = random_piece_for(tiny_model(12, true), "new", 30, 7).roll;
  EXPECT_GT(distance(usual, brief), 0);
  EXPECT_LT(distance(usual, brief), 5);
}

TEST(Profile, ReadsBackAsItWasWritten) {
  const Profile usual = profile_of(pieces_of(4, 300));
  EXPECT_EQ(usual.lengths.size(), 3u);
  EXPECT_EQ(profile_from_json(Json::parse(to_json(usual).dump()), "x"), usual);

  const TemporaryFolder folder;
  EXPECT_EQ(read_profile(folder.path()), std::nullopt);
  write_file(folder.path() / kProfileFile, to_json(usual).dump(1));
  EXPECT_EQ(read_profile(folder.path()), usual);
}

TEST(Profile, OfAnEarlierVersionHasNoRegisterAndNoPitches) {
  const Profile usual = profile_of(pieces_of(4, 300));
  EXPECT_EQ(usual.low, 60);
  EXPECT_EQ(usual.high, 71);
  Json json = Json::parse(to_json(usual).dump());
  json.erase("pitches");
  for (Json& length : json["lengths"]) {
    length["statistics"].erase("pitch_median");
    length["statistics"].erase("pitch_sd");
  }
  const Profile found = profile_from_json(json, "x");
  EXPECT_LT(found.high, found.low);
  EXPECT_EQ(found.lengths[0].usual[0], Usual{});
  EXPECT_EQ(found.lengths[0].usual[2], usual.lengths[0].usual[2]);
}

TEST(Profile, ADamagedFileAndTooLittleMusicAreErrors) {
  const Profile usual = profile_of(pieces_of(4, 300));
  for (const auto& damage : std::vector<std::function<void(Json&)>>{
           [](Json& json) { json["format_version"] = 2; },
           [](Json& json) { json["lengths"] = Json::array(); },
           [](Json& json) { json["lengths"][0]["statistics"].erase("polyphony"); },
           [](Json& json) { json["lengths"][0]["quarters"] = 64; },
           [](Json& json) {
             json["pitches"] = {70, 60};
           },
           [](Json& json) { json["lengths"] = 3; }}) {
    Json json = Json::parse(to_json(usual).dump());
    damage(json);
    EXPECT_THROW(profile_from_json(json, "x"), Error) << json.dump();
  }
  try {
    profile_of(pieces_of(3, 40));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("too little"));
  }
}

}  // namespace
}  // namespace toccata::listening
