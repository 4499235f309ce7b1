// The short form of ./dev torture files: some thousands of its two million mutants.

#include "hostile/midi_mutants.h"

#include <gtest/gtest.h>

#include "notation/smf_reader.h"

namespace toccata::hostile {
namespace {

TEST(MidiMutants, AreSurvived) {
  int read = 0;
  constexpr int kMutants = 4000;
  for (std::uint64_t i = 0; i < kMutants; ++i) {
    bool was_read = false;
    ASSERT_EQ(survive_midi(midi_mutant(1, i), was_read), "") << "mutant " << i;
    read += was_read;
  }
  // Most still reach the reader's depths, and some do not: else they would test little.
  EXPECT_GT(read, kMutants / 2);
  EXPECT_LT(read, kMutants);
}

TEST(MidiMutants, AreTheSameEveryTimeAndDifferFromEachOther) {
  EXPECT_EQ(midi_mutant(1, 7), midi_mutant(1, 7));
  EXPECT_NE(midi_mutant(1, 7), midi_mutant(1, 8));
  EXPECT_NE(midi_mutant(1, 7), midi_mutant(2, 7));
}

}  // namespace
}  // namespace toccata::hostile
