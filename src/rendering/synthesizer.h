#pragma once
// FluidSynth as a synthesizer that is told each note by us; its file player is never used.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "rendering/performance.h"

namespace toccata::rendering {

inline constexpr int kSampleRate = 44100;  // Hz

/// The soundfont to play with, the first that exists of: `asked` (where given, it alone),
/// $TOCCATA_SOUNDFONT (likewise), and the places in which Debian and others keep General MIDI
/// soundfonts, TimGM6mb (package timgm6mb-soundfont) first. Throws Error that says which package to
/// install.
std::filesystem::path find_soundfont(const std::optional<std::filesystem::path>& asked = {});

struct SynthesizerOptions {
  std::optional<std::filesystem::path> soundfont;  // see find_soundfont
  double gain = 1.6;    // of every voice, 0..10; loud chords above full scale are limited softly
  bool reverb = true;   // a small room
  int polyphony = 256;  // voices at a time, 1..65535
};

class Synthesizer {
 public:
  /// Throws Error where the soundfont cannot be found or read.
  explicit Synthesizer(const SynthesizerOptions& options);
  ~Synthesizer();
  Synthesizer(Synthesizer&&) noexcept;
  Synthesizer& operator=(Synthesizer&&) noexcept;

  void play(const Action& action);
  /// Ends every note and lets it die away; pedals up.
  void release_all();
  /// The next `frames` frames, interleaved left and right, in [-1, 1]: (frames, 2).
  void render(float* samples, std::size_t frames);
  /// Voices that still sound.
  int voices() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace toccata::rendering
