#pragma once
// MIDI ports through RtMidi: the system's (ALSA's sequencer, JACK), or virtual
// ones that other programs connect to. Where the program was built without
// RtMidi, opening one is an Error that says so.

#include <memory>
#include <string>
#include <vector>

#include "playing/output.h"

namespace toccata::playing {

struct PortNames {
  std::vector<std::string> outputs, inputs;  // to play to, to listen to
};
/// Throws Error where there is no MIDI system at all.
PortNames midi_ports();

struct PortOptions {
  std::string name;         // a part of the port's name, or its number; letter case
                            // does not matter
  bool is_virtual = false;  // a port of this name is made, for others to connect to
  int channel = 0;          // 0..15
  int program = 0;          // General MIDI sound, 0..127
};

/// Throws Error where there is no such port (naming those there are), or no
/// MIDI system.
std::unique_ptr<Output> open_midi_output(const PortOptions& options);
/// All channels are heard. Throws as open_midi_output.
std::unique_ptr<Input> open_midi_input(const PortOptions& options);

}  // namespace toccata::playing
