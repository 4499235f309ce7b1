#pragma once
// Control over what is composed, as options of a command: what is given, hard limits, taste.

#include <CLI/CLI.hpp>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/shell/command.h"
#include "composing/compose.h"
#include "network/config.h"

namespace toccata::cli {

/// As the user gave it, and the music that was read for it.
struct ControlArguments {
  std::string infill, melody, chords;
  std::vector<std::string> voice;  // "top", "bottom", or "track" and a number
  std::optional<double> articulate_temperature;
  std::string conservativity;
  std::optional<int> particles;
  std::deque<music::Roll> rolls;  // what ComposeOptions::music points to
};

/// Adds the options. Request and taste go straight into `compose`, or into `arguments` until
/// read_control.
void add_control(CLI::App& app, ControlArguments& arguments, composing::ComposeOptions& compose);

/// Reads what `arguments` name and completes `compose`; names it in the request, hashes included.
/// `model` is the model's name, which --voice may have taken for its second word. Throws Error.
void finish_control(ControlArguments& arguments, composing::ComposeOptions& compose,
                    std::string& model);
void read_control(const network::Config& config, ControlArguments& arguments,
                  composing::ComposeOptions& compose, Context& context);

/// The music that a request names, read for a model; `arguments` may say where the files are now.
composing::RequestMusic read_request_music(const network::Config& config,
                                           const composing::Request& request,
                                           ControlArguments& arguments, Context& context);

/// The tempo that a MIDI or ABC file begins with, in quarter notes a minute; none where it is
/// neither or says nothing.
std::optional<double> tempo_of(const std::string& path);

}  // namespace toccata::cli
