#pragma once
// Reading MIDI bytes in tests: files that are sound, files that need repair, files that are
// refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "notation/smf_reader.h"
#include "support/midi_bytes.h"

namespace toccata::notation {

/// Reads by default: with repairs.
inline ReadResult read(const Bytes& bytes) {
  return read_smf(bytes, "test.mid");
}

/// The one Score of a file that needs no repair.
inline Score sound(const Bytes& bytes) {
  ReadResult result = read_smf(bytes, "test.mid", {.strict = true});
  EXPECT_EQ(result.scores.size(), 1U);
  EXPECT_EQ(result.repair_count, 0U);
  return result.scores.at(0);
}

/// The one Score of a file that needs repairs; all of them hold `reason`, and strict reading
/// refuses with the first.
inline Score mended(const Bytes& bytes, const std::string& reason) {
  ReadResult result = read(bytes);
  EXPECT_EQ(result.scores.size(), 1U);
  EXPECT_GE(result.repairs.size(), 1U);
  std::string told;
  for (const Repair& repair : result.repairs) told += repair.reason + "; ";
  EXPECT_THAT(told, testing::HasSubstr(reason));
  try {
    read_smf(bytes, "test.mid", {.strict = true});
    ADD_FAILURE() << "strict reading took it";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "test.mid: byte " + std::to_string(result.repairs.at(0).byte) + ": " +
                  result.repairs.at(0).reason + " (read without --strict to have it repaired)");
  }
  return result.scores.at(0);
}

inline std::string error_of(const Bytes& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A type 0 file of 96 ticks per quarter around the events of its only track.
inline Bytes type0(const Bytes& events, int division = 96) {
  return MidiBytes().header(0, 1, division).track(events);
}

/// Onset, end and pitch of a note of velocity 80, channel 1.
inline Note note(Tick onset, Tick end, int pitch = 60) {
  return {.onset = onset, .end = end, .pitch = static_cast<std::uint8_t>(pitch)};
}

}  // namespace toccata::notation
