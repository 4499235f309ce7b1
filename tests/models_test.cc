// The shipped models: their files are protected as a whole, and they know music as well as
// docs/results.md says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "corpus/import.h"
#include "corpus/split.h"
#include "listening/likelihood.h"
#include "network/model/safetensors.h"
#include "network/model/weights.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace toccata {
namespace {
namespace fs = std::filesystem;

const fs::path kModels = TOCCATA_SOURCE_DIR "/models";

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(kModels))
    if (entry.path().filename() == "model.safetensors")
      names.push_back(fs::relative(entry.path().parent_path(), kModels).string());
  std::ranges::sort(names);
  return names;
}

TEST(ShippedModels, AreSevenAndEachFileIsHashedWhole) {
  EXPECT_EQ(shipped().size(), 7U);
  for (const std::string& name : shipped()) {
    const fs::path path = kModels / name / "model.safetensors";
    const auto metadata = network::from_safetensors(read_file(path), path.string()).metadata;
    for (const char* key : {"toccata.values_hash", "toccata.file_hash", "toccata.config_file_hash"})
      EXPECT_TRUE(metadata.contains(key)) << name << " lacks " << key;
    EXPECT_THAT(read_text(kModels / name / "README.md"),
                testing::HasSubstr("hash: " + network::load_model(kModels / name).hash))
        << name;
  }
}

TEST(ShippedModels, WithAChangedEchoAreRefused) {
  for (const std::string& name : shipped()) {
    const TemporaryFolder folder;
    const fs::path copy = folder.path() / "m";
    fs::copy(kModels / name, copy);
    Json config = parse_json(read_text(copy / "config.json"), name);
    config["echoes"][0] = config["echoes"][0].get<int>() + 1;  // the same shapes, other music
    write_file(copy / "config.json", config.dump(2) + "\n");
    EXPECT_THAT([&] { network::load_model(copy); },
                testing::ThrowsMessage<Error>(testing::HasSubstr("damaged or changed")))
        << name;
  }
}

/// The figures "as shipped" of docs/results.md: model, music below ../shared, nats per step.
struct Figure {
  std::string model, music;
  double nats;
};
std::vector<Figure> figures() {
  std::vector<Figure> found;
  const std::string text = read_text(TOCCATA_SOURCE_DIR "/docs/results.md");
  const std::regex row(R"(\| `([a-z/-]+)` \| `([a-z0-9/.-]+)` \| (-[0-9.]+) \|)");
  for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match)
    found.push_back({(*match)[1], (*match)[2], std::stod((*match)[3])});
  return found;
}

TEST(LongShippedModels, HaveTheTestLikelihoodsOfTheResults) {
  TOCCATA_NEEDS_SHARED("rolls");
  EXPECT_EQ(figures().size(), 6U);
  Progress silent;
  const Stop stop;
  for (const auto& [name, music, nats] : figures()) {
    const network::Model model = network::load_model(kModels / name);
    const fs::path path = shared_data(music);
    const corpus::Corpus all =
        corpus::import_paths({&path, 1}, {.roll = model.config.roll}, silent, stop);
    std::vector<const corpus::Piece*> pieces;
    for (const corpus::Piece& piece : all.pieces)
      if (all.given_split.at(piece.name) == corpus::Part::test) pieces.push_back(&piece);
    ASSERT_FALSE(pieces.empty()) << music;
    const double found = listening::likelihood(model, pieces, {}, silent, stop).per_step();
    std::printf("%-24s %.6f\n", name.c_str(), found);
    EXPECT_NEAR(found, nats, 1e-5) << name;
  }
}

}  // namespace
}  // namespace toccata
