#include "cli/terminal/terminal_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace toccata::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::ptrdiff_t width_of(const std::string& line) {
  return std::ranges::count_if(line, [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

const ProgressState kTraining = {"training", "batches", "epoch 12.34, loss 12.345",
                                 120000,     60000,     6000};

// Both streams in one file, as a terminal shows them.
class Watched {
 public:
  std::string text() {
    std::rewind(file);
    std::string all;
    for (int c; (c = std::fgetc(file)) != EOF;) all += static_cast<char>(c);
    return all;
  }
  TerminalProgress progress(bool terminal) {
    return TerminalProgress({.messages = file,
                             .results = file,
                             .terminal = terminal,
                             .watched = terminal,
                             .colours = false,
                             .seconds = [this] { return now; }});
  }
  std::FILE* file = std::tmpfile();
  double now = 0;
};

TEST(TerminalProgress, ABarGivesWayToEveryLineThatIsPrinted) {
  Watched watched;
  TerminalProgress progress = watched.progress(true);
  progress.begin("composing", 10, "steps");
  progress.update(3, "");
  progress.print("a.mid");
  progress.update(7, "");
  progress.message("said");
  progress.end();
  // Whatever stands on a line before its text is wiped out by "\r\x1b[K".
  std::istringstream lines(watched.text());
  for (std::string line; std::getline(lines, line);) {
    const std::size_t wiped = line.rfind("\x1b[K");
    const std::string seen = wiped == line.npos ? line : line.substr(wiped + 3);
    EXPECT_TRUE(seen == "a.mid" || seen == "said" || seen.empty()) << seen;
  }
}

TEST(TerminalProgress, TellsALogOnceAMinuteFromTheFirstMinuteOn) {
  Watched watched;
  TerminalProgress progress = watched.progress(false);
  progress.begin("training", 1200, "s");
  for (watched.now = 1; watched.now <= 180; ++watched.now)
    progress.update(static_cast<std::uint64_t>(watched.now), "-4.310 nats per step");
  progress.end();
  EXPECT_EQ(watched.text(),
            "training: 60/1200 s, -4.310 nats per step, 19:00 left\n"
            "training: 120/1200 s, -4.310 nats per step, 18:00 left\n"
            "training: 180/1200 s, -4.310 nats per step, 17:00 left\n");
}

TEST(TerminalProgress, TellsALogNothingOfWhatTakesLessThanAMinute) {
  Watched watched;
  TerminalProgress progress = watched.progress(false);
  progress.begin("reading", 3, "files");
  for (watched.now = 1; watched.now < 60; ++watched.now) progress.update(1, "");
  progress.end();
  EXPECT_EQ(watched.text(), "");
}

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
