#pragma once
// The sound card, played by FluidSynth in a thread of its own.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "playing/output.h"

namespace toccata::playing {

struct SoundCardOptions {
  std::string driver;  // FluidSynth's audio.driver: alsa, pulseaudio, jack, pipewire…; empty: its
                       // own choice
  std::string file;    // driver "file" only: the sound goes into this file as it is played
  std::optional<std::filesystem::path> soundfont = {};  // see rendering::find_soundfont
  int program = 0;                                      // General MIDI sound, 0..127
  double gain = 0.8;                                    // 0..10
};

/// Throws Error if there is no soundfont or no sound card.
std::unique_ptr<Output> open_sound_card(const SoundCardOptions& options);

}  // namespace toccata::playing
