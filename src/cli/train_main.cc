// toccata-train: training alone, because LibTorch takes a second to load and gigabytes of disk.

#include <cstdio>
#include <cstdlib>

#include "cli/commands/commands.h"
#include "cli/shell/about.h"

int main(int argc, char** argv) {
  constexpr toccata::cli::Command kTrain{
      "train", "Learn polyphonic music from folders of MIDI files", toccata::cli::add_train};
  const int code = toccata::cli::run_program(argc, argv, "toccata train", "toccata-train",
                                             toccata::cli::about_train, kTrain);
  // Libraries' threads may still wait for other processes that never answer.
  std::fflush(nullptr);
  std::quick_exit(code);
}
