// Every kind of malformed file is refused with its reason, or read without losing a note.

#include "hostile/malformed_midi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/error.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

namespace toccata::hostile {
namespace {

constexpr int kEach = 40;  // files of each kind

/// What strict reading makes of a sound file.
std::vector<notation::Score> sound(const Bytes& bytes) {
  const notation::ReadResult result = notation::read_smf(bytes, "sound.mid", {.strict = true});
  return result.scores;
}

void expect_same_music(const std::vector<notation::Score>& read,
                       const std::vector<notation::Score>& meant) {
  ASSERT_EQ(read.size(), meant.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].tempos, meant[i].tempos);
    EXPECT_EQ(read[i].meters, meant[i].meters);
    EXPECT_EQ(read[i].keys, meant[i].keys);
    ASSERT_EQ(read[i].tracks.size(), meant[i].tracks.size());
    for (std::size_t t = 0; t < read[i].tracks.size(); ++t)
      EXPECT_EQ(read[i].tracks[t].notes, meant[i].tracks[t].notes) << "track " << t;
  }
}

void expect_refused(const MalformedKind& kind, const Bytes& bytes) {
  try {
    notation::read_smf(bytes, "file.mid");
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("file.mid: "));
    EXPECT_THAT(error.what(), testing::HasSubstr(kind.says));
  }
}

void expect_repaired(const MalformedKind& kind, const Malformed& file) {
  const notation::ReadResult result = notation::read_smf(file.bytes, "file.mid");
  EXPECT_GE(result.repair_count, 1U);
  std::string told;
  for (const notation::Repair& repair : result.repairs) told += repair.reason + "; ";
  EXPECT_THAT(told, testing::HasSubstr(kind.says));
  expect_same_music(result.scores, sound(file.meant));
  EXPECT_THROW(notation::read_smf(file.bytes, "file.mid", {.strict = true}), Error);
}

TEST(MalformedMidi, EachKindIsRefusedWithItsReasonOrReadWithoutLosingANote) {
  std::uint64_t stream = 0;
  for (const MalformedKind& kind : malformed_kinds()) {
    for (int i = 0; i < kEach; ++i) {
      SCOPED_TRACE(std::string(kind.name) + ", file " + std::to_string(i));
      Random random(11, stream++);
      const Malformed file = kind.make(random);
      if (file.meant.empty())
        expect_refused(kind, file.bytes);
      else
        expect_repaired(kind, file);
      if (HasFailure()) return;
    }
  }
}

TEST(MalformedMidi, TheKindsHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const MalformedKind& kind : malformed_kinds()) names.insert(kind.name);
  EXPECT_EQ(names.size(), malformed_kinds().size());
  EXPECT_GE(names.size(), 22U);
}

TEST(MalformedMidi, SoundTreesNeedNoRepair) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    Random random(12, i);
    const Bytes bytes = to_bytes(sound_tree(random));
    const notation::ReadResult result = notation::read_smf(bytes, "sound.mid", {.strict = true});
    std::size_t notes = 0;
    for (const notation::Score& score : result.scores)
      for (const notation::Track& track : score.tracks) notes += track.notes.size();
    EXPECT_GT(notes, 0U);
  }
}

}  // namespace
}  // namespace toccata::hostile
