#pragma once
// Score -> audio: each note told to the synthesizer at its time by our own schedule, the sound
// written in blocks as it is made, in memory that does not grow with the piece.

#include <filesystem>
#include <functional>
#include <span>

#include "base/progress.h"
#include "base/stop.h"
#include "notation/score.h"
#include "rendering/synthesizer.h"

namespace toccata::rendering {

struct AudioOptions {
  SynthesizerOptions synthesizer;
  double longest_tail = 10;           // seconds that the last voices may take to die away
  double longest_piece = 4 * 3600.0;  // seconds; a longer one is refused
};

struct AudioFacts {
  double seconds = 0;
  float peak = 0;  // the loudest sample, 0..1
};

/// Gives `sink` the whole sound, block after block: (frames, 2) interleaved, kSampleRate. The same
/// Score and soundfont give the same samples. Throws Error where the piece is longer than
/// longest_piece. Ends early, with what there is, where `stop` asks for it.
AudioFacts render_audio(const notation::Score& score, const AudioOptions& options,
                        const std::function<void(std::span<const float> samples)>& sink,
                        Progress& progress, const Stop& stop);

/// Writes 16-bit WAV, 16-bit FLAC or Ogg Vorbis, as the path's extension says (.wav .flac .ogg),
/// whole or not at all; the same bytes each time. Throws Error (usage) on another extension, and
/// where `stop` is requested before the end.
AudioFacts write_audio(const notation::Score& score, const std::filesystem::path& path,
                       const AudioOptions& options, Progress& progress, const Stop& stop);

/// Where sound goes: (frames, 2) interleaved, kSampleRate.
using AudioSink = std::function<void(std::span<const float> samples)>;

/// Hands `work` a sink, and writes what it gives to it as write_audio does: whole or not at all, in
/// the format of the path's extension.
void write_audio_with(const std::filesystem::path& path,
                      const std::function<void(const AudioSink&)>& work);

/// True for paths with an extension that write_audio knows.
bool is_audio_path(const std::filesystem::path& path);

}  // namespace toccata::rendering
