#pragma once
// MIDI ports through RtMidi: those of the system (ALSA's sequencer, JACK), or virtual ones to which
// other programs connect. A program built without RtMidi throws an Error that says so.

#include <memory>
#include <string>
#include <vector>

#include "playing/output.h"

namespace toccata::playing {

struct PortNames {
  std::vector<std::string> outputs, inputs;  // to play to, to listen to
};
/// Throws Error if there is no MIDI system.
PortNames midi_ports();

struct PortOptions {
  std::string name;         // a part of the port's name in any letter case, or its number
  bool is_virtual = false;  // makes a port of this name, to which others connect
  int channel = 0;          // 0..15
  int program = 0;          // General MIDI sound, 0..127
};

/// Throws Error if there is no such port (and names those there are), or no MIDI system.
std::unique_ptr<Output> open_midi_output(const PortOptions& options);
/// Hears all channels. Throws as open_midi_output.
std::unique_ptr<Input> open_midi_input(const PortOptions& options);

}  // namespace toccata::playing
