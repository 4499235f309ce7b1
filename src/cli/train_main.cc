// toccata-train: training alone, because LibTorch takes a second to load and gigabytes of disk.

#include "cli/train_command.h"

int main(int argc, char** argv) {
  constexpr toccata::cli::Command kTrain{
      "train", "Learn polyphonic music from folders of MIDI files", toccata::cli::add_train};
  return toccata::cli::run_program(argc, argv, "toccata train", kTrain);
}
