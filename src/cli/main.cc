#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/this_process.h"
#include "cli/commands/commands.h"
#include "cli/shell/about.h"
#include "cli/shell/command.h"
#include "training/backend.h"

namespace {

using toccata::cli::Command;

constexpr std::array kCommands = {
    Command{"import", "Read folders of MIDI and say what is in them: the data doctor",
            toccata::cli::add_import},
    Command{"train", "Learn polyphonic music from folders of MIDI files", toccata::cli::add_train},
    Command{"evaluate", "How well a model knows music: exact likelihood, nats per step",
            toccata::cli::add_evaluate},
    Command{"generate", "Compose new pieces with a model", toccata::cli::add_generate},
    Command{"score", "The surprise of each note of a piece", toccata::cli::add_score},
    Command{"describe", "Statistics of music, and how two folders differ",
            toccata::cli::add_describe},
    Command{"beats", "Find the beat of music as it was played", toccata::cli::add_beats},
    Command{"copying", "How much of a piece is copied from a corpus", toccata::cli::add_copying},
    Command{"render", "Turn MIDI into sound and pictures", toccata::cli::add_render},
    Command{"play", "Compose and play without end, in real time", toccata::cli::add_play},
    Command{"studio", "The page: compose, rework and train in a browser", toccata::cli::add_studio},
    Command{"export", "Write a model as a folder of its own, to ship or to share",
            toccata::cli::add_export},
    Command{"models", "List the shipped models and your runs", toccata::cli::add_models},
    Command{"signature", "One line that tells whether two builds compute the same",
            toccata::cli::add_signature},
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words = toccata::program_words(argc, argv);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int code = toccata::cli::run_program(
      static_cast<int>(words.size()), pointers.data(),
      "Learns polyphonic music from your MIDI files and composes more of it",
      toccata::cli::about_toccata, kCommands);
  if (!toccata::training::torch_plugin_is_loaded()) return code;
  // LibTorch's threads may still wait for other processes that never answer.
  std::fflush(nullptr);
  std::_Exit(code);  // not quick_exit, which mingw-w64 lacks
}
