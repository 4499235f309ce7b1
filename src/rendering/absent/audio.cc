// In place of audio.cc and synthesizer.cc where the program is built without FluidSynth or
// libsndfile.

#include "rendering/audio.h"

#include "base/error.h"

namespace toccata::rendering {
namespace {

[[noreturn]] void refuse() {
  fail(
      "this program was built without FluidSynth or libsndfile and makes no sound: install them "
      "(Debian: libfluidsynth-dev libsndfile1-dev) and build again (docs/building.md)");
}

}  // namespace

std::filesystem::path find_soundfont(const std::optional<std::filesystem::path>&) {
  refuse();
}

AudioFacts render_audio(const notation::Score&, const AudioOptions&,
                        const std::function<void(std::span<const float> samples)>&, Progress&,
                        const Stop&) {
  refuse();
}

AudioFacts write_audio(const notation::Score&, const std::filesystem::path&, const AudioOptions&,
                       Progress&, const Stop&) {
  refuse();
}

void write_audio_with(const std::filesystem::path&, const std::function<void(const AudioSink&)>&) {
  refuse();
}

bool is_audio_path(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".wav" || extension == ".flac" || extension == ".ogg";
}

}  // namespace toccata::rendering
