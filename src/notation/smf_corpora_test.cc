// The files that people really have: every one is read, with notes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "support/shared_data.h"

namespace toccata::notation {
namespace {

std::vector<std::filesystem::path> midi_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string extension = entry.path().extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    if (extension == ".mid" || extension == ".midi") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::size_t notes_of(const Score& score) {
  std::size_t notes = 0;
  for (const Track& track : score.tracks) notes += track.notes.size();
  return notes;
}

/// Every `stride`-th file of the folder has notes, and what is written of it reads back the same.
std::size_t expect_all_read(const char* folder, std::size_t stride) {
  const auto files = midi_files(shared_data(folder));
  for (std::size_t i = 0; i < files.size(); i += stride) {
    SCOPED_TRACE(files[i].string());
    const ReadResult result = read_smf(read_file(files[i]), files[i].string());
    EXPECT_EQ(result.scores.size(), 1U);
    for (const Score& score : result.scores) {
      EXPECT_GT(notes_of(score), 0U);
      const ReadResult again = read_smf(write_smf(score), "written anew", {.strict = true});
      // The first pass may end overlapping equal notes; from then on nothing changes.
      EXPECT_EQ(write_smf(again.scores.at(0)), write_smf(score));
    }
  }
  return files.size();
}

TEST(SmfCorpora, AllBachFuguesAreReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/bach-fugues");
  EXPECT_EQ(expect_all_read("corpora/bach-fugues", 1), 32U);
}

TEST(SmfCorpora, VoicesOfDamagedFuguesEndTogether) {
  // Files in which every byte 10 has become 13: lengths of texts and tracks, and a few deltas. A
  // reader that loses its place drops notes and shifts the rest of a voice.
  TOCCATA_NEEDS_SHARED("corpora/bach-fugues");
  for (const char* name : {"Fugue8.mid", "Fugue11.mid", "Fugue15.mid", "Fugue19.mid"}) {
    SCOPED_TRACE(name);
    const ReadResult result = read_smf(read_file(shared_data("corpora/bach-fugues") / name), name);
    const Score& score = result.scores.at(0);
    EXPECT_GE(result.repair_count, 1U);
    ASSERT_GE(score.tracks.size(), 2U);
    EXPECT_NEAR(static_cast<double>(score.tracks[1].notes.back().end),
                static_cast<double>(score.tracks[2].notes.back().end), 10);
  }
}

TEST(SmfCorpora, BeginnerPianoIsReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/beginner-piano");
  EXPECT_EQ(expect_all_read("corpora/beginner-piano", 1), 10U);
}

TEST(SmfCorpora, EveryEighthPianoPieceIsReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/piano-midi");
  EXPECT_EQ(expect_all_read("corpora/piano-midi", 8), 271U);
}

TEST(SmfCorpora, EveryTwentiethFolkTuneIsReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/nottingham");
  EXPECT_EQ(expect_all_read("corpora/nottingham", 20), 1034U);
}

TEST(SmfCorpora, EveryTwentiethPopSongIsReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/pop909");
  EXPECT_EQ(expect_all_read("corpora/pop909", 20), 909U);
}

TEST(LongSmfCorpora, EveryFileOfAllCorporaIsReadWithNotes) {
  TOCCATA_NEEDS_SHARED("corpora/pop909");
  for (const char* folder : {"corpora/piano-midi", "corpora/nottingham", "corpora/pop909"})
    expect_all_read(folder, 1);
}

}  // namespace
}  // namespace toccata::notation
