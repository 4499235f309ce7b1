// In place of midi_port.cc where the program is built without RtMidi.

#include "playing/midi_port.h"

#include "base/error.h"

namespace toccata::playing {
namespace {

[[noreturn]] void refuse() {
  fail(
      "this program was built without RtMidi and has no MIDI ports: install it (Debian: "
      "librtmidi-dev) and build again (docs/building.md), or play to the sound card");
}

}  // namespace

PortNames midi_ports() {
  refuse();
}

std::unique_ptr<Output> open_midi_output(const PortOptions&) {
  refuse();
}

std::unique_ptr<Input> open_midi_input(const PortOptions&) {
  refuse();
}

}  // namespace toccata::playing
