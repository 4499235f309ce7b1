#pragma once
// The sound card, played by FluidSynth in a thread of its own; and the same sound made for a file,
// as fast as it can be.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "playing/output.h"
#include "rendering/audio.h"

namespace toccata::playing {

struct SoundCardOptions {
  std::string driver;  // FluidSynth's audio.driver: alsa, pulseaudio, jack,
                       // pipewire…; empty: its own choice
  std::optional<std::filesystem::path> soundfont = {};  // see rendering::find_soundfont
  int program = 0;                                      // General MIDI sound, 0..127
  double gain = 0.8;                                    // 0..10
};

/// Throws Error if there is no soundfont or no sound card.
std::unique_ptr<Output> open_sound_card(const SoundCardOptions& options);

/// An output with a clock of its own: where its time goes on, by sleeping, what sounds meanwhile is
/// given to a sink. So nobody waits for the music.
class OfflineSound : public Output, public AlarmClock {
 public:
  /// Ends every note and lets the last ones die away.
  virtual void finish() = 0;
};
/// The driver does not count here. Throws Error if there is no soundfont.
std::unique_ptr<OfflineSound> make_offline_sound(const SoundCardOptions& options,
                                                 rendering::AudioSink sink);

}  // namespace toccata::playing
