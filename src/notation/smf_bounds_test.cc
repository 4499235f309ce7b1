// Hostile files: read or refused, quickly, and never a crash.

#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <utility>
#include <vector>

#include "base/error.h"
#include "notation/smf_reader.h"
#include "support/midi_bytes.h"

namespace toccata::notation {
namespace {

constexpr std::size_t kLargest = std::size_t{16} << 20;

/// A type 0 file of 16 MiB that repeats `event` as often as it fits, behind `first`.
Bytes filled_with(std::initializer_list<int> first, std::initializer_list<int> event) {
  Bytes events;
  for (const int byte : first) events.push_back(static_cast<std::uint8_t>(byte));
  while (events.size() + event.size() + 26 < kLargest)
    for (const int byte : event) events.push_back(static_cast<std::uint8_t>(byte));
  for (const int byte : {0, 0xff, 0x2f, 0}) events.push_back(static_cast<std::uint8_t>(byte));
  return MidiBytes().header(0, 1, 96).track(events);
}

/// Reads within 2 s of processor time (ten times that in a build with sanitizers).
ReadResult read_in_time(const Bytes& bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr double kSeconds = 20;
#else
  constexpr double kSeconds = 2;
#endif
  const std::clock_t start = std::clock();
  ReadResult result;
  try {
    result = read_smf(bytes, "hostile");
  } catch (const Error&) {  // refused: as good
  }
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, kSeconds);
  return result;
}

TEST(SmfBounds, ReadsSixteenMebibytesOfTempoEvents) {
  const ReadResult result = read_in_time(filled_with({}, {1, 0xff, 0x51, 3, 7, 0, 0}));
  EXPECT_EQ(result.scores.at(0).tempos.size(), 1U);
  EXPECT_EQ(read_in_time(filled_with({}, {1, 0xff, 0x51, 3, 7, 0, 0, 1, 0xff, 0x51, 3, 8, 0, 0}))
                .scores.at(0)
                .tempos.size(),
            (kLargest - 26) / 14 * 2);
}

TEST(LongSmfBounds, ReadsSixteenMebibytesOfNotesThatNeverEnd) {
  const ReadResult result = read_in_time(filled_with({0, 0x90, 60, 80}, {1, 60, 80}));
  EXPECT_GT(result.scores.at(0).tracks.at(0).notes.size(), 5500000U);
}

TEST(LongSmfBounds, ReadsSixteenMebibytesOfNotesAtOneTick) {
  read_in_time(filled_with({0, 0x90, 60, 80}, {0, 90, 80, 0, 50, 1, 0, 70, 7, 0, 90, 0}));
}

TEST(LongSmfBounds, ReadsSixteenMebibytesOfOtherEvents) {
  read_in_time(filled_with({0, 0xc0, 1}, {0, 2}));                      // programs
  read_in_time(filled_with({0, 0xb0, 64, 0}, {0, 64, 127, 0, 64, 0}));  // pedals
  read_in_time(filled_with({}, {0, 0xff, 1, 1, 'x'}));                  // texts
  read_in_time(filled_with({}, {0, 0xff, 1, 3, 'x', 0x80, 0x90}));      // texts that are none
  read_in_time(filled_with(
      {}, {0, 0xff, 1, 13, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 0x90, 60, 60, 60, 60}));
  read_in_time(filled_with({}, {0, 0xff, 0x59, 2, 99, 9}));  // repairs
  read_in_time(filled_with({}, {0xff}));
  read_in_time(filled_with({}, {0x80}));
  read_in_time(filled_with({}, {0}));
  read_in_time(filled_with({}, {0x7f}));
  read_in_time(filled_with({}, {0xff, 0xff, 0xff, 0x7f, 0x90, 60, 60}));
}

TEST(LongSmfBounds, ReadsOrRefusesSixteenMebibytesOfChunks) {
  for (const auto& [id, length] :
       std::vector<std::pair<const char*, std::uint64_t>>{{"MTrk", 0},
                                                          {"MTrk", UINT32_MAX},
                                                          {"abcd", 0},
                                                          {"abcd", UINT32_MAX},
                                                          {"abcd", 3},
                                                          {"MThd", 6},
                                                          {"MTrj", 8}}) {
    MidiBytes file;
    file.header(1, 65535, 96);
    while (file.bytes().size() + 8 < kLargest) file.text(id).number(length, 4);
    read_in_time(file);
  }
}

TEST(SmfBounds, PairsAHundredThousandOpenNotesOfOnePitchInLinearTime) {
  TrackEvents events;
  for (int i = 0; i < 100000; ++i) events.raw({1, 0x90, 60, 80});
  for (int i = 0; i < 100000; ++i) events.raw({1, 0x80, 60, 64});
  const ReadResult result = read_in_time(MidiBytes().header(0, 1, 96).track(events.end()));
  const auto& notes = result.scores.at(0).tracks.at(0).notes;
  ASSERT_EQ(notes.size(), 100000U);
  for (const Note& note : notes) ASSERT_EQ(note.end - note.onset, 100000);
}

TEST(SmfBounds, RefusesMoreTracksThanAHeaderCanCount) {
  MidiBytes file;
  file.header(1, 65535, 96);
  for (int i = 0; i < 65536; ++i) file.track(TrackEvents().end());
  EXPECT_THROW(read_smf(file.bytes(), "hostile"), Error);
}

}  // namespace
}  // namespace toccata::notation
