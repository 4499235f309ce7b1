// In place of sound_card.cc where the program is built without FluidSynth or libsndfile.

#include "playing/sound_card.h"

#include "base/error.h"

namespace toccata::playing {
namespace {

[[noreturn]] void refuse() {
  fail(
      "this program was built without FluidSynth or libsndfile and makes no sound: install them "
      "(Debian: libfluidsynth-dev libsndfile1-dev) and build again (docs/building.md), or play to "
      "a MIDI port with --port");
}

}  // namespace

std::unique_ptr<Output> open_sound_card(const SoundCardOptions&) {
  refuse();
}
std::unique_ptr<OfflineSound> make_offline_sound(const SoundCardOptions&, rendering::AudioSink) {
  refuse();
}

}  // namespace toccata::playing
