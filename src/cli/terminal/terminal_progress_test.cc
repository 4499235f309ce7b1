#include "cli/terminal/terminal_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace toccata::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::ptrdiff_t width_of(const std::string& line) {
  return std::ranges::count_if(line, [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

const ProgressState kTraining = {"training", "batches", "epoch 12.34, loss 12.345",
                                 120000,     60000,     6000};

TEST(ProgressLine, KeepsTheLossOnEightyColumns) {
  const std::string line = progress_line(kTraining, 79);
  EXPECT_THAT(line, EndsWith("  epoch 12.34, loss 12.345"));
  EXPECT_THAT(line, HasSubstr("1:40:00 left"));
  EXPECT_THAT(line, HasSubstr("60000/120000 batches"));
  EXPECT_LE(width_of(line), 79);
}

TEST(ProgressLine, HasAWideBarWhereThereIsRoom) {
  const std::string line = progress_line(kTraining, 150);
  EXPECT_THAT(line, StartsWith("training ████████████░░░░░░░░░░░░ 60000/120000 batches  10/s"));
}

TEST(ProgressLine, NeverIsWiderThanTheTerminal) {
  for (int columns = 0; columns < 160; ++columns)
    for (const std::uint64_t total : {0, 5, 120000}) {
      ProgressState state = kTraining;
      state.total = total;
      EXPECT_LE(width_of(progress_line(state, columns)), columns);
    }
}

TEST(ProgressLine, OfUnknownLengthCountsAlone) {
  EXPECT_EQ(progress_line({"reading", "files", "", 0, 7, 2}, 79), "reading 7 files  3.5/s");
}

TEST(ProgressLine, BeforeTheFirstStepHasNoRateAndNoTimeLeft) {
  EXPECT_EQ(progress_line({"reading", "files", "", 4, 0, 0}, 79),
            "reading ░░░░░░░░░░░░░░░░░░░░░░░░ 0/4 files");
}

}  // namespace
}  // namespace toccata::cli
