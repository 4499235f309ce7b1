#include "rendering/audio.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "rendering/ogg_serial.h"
#include "rendering/performance.h"

namespace toccata::rendering {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kBlock = 1024;   // frames
constexpr double kVorbisQuality = 0.6;  // 0..1; about 190 kbit/s

struct Format {
  const char* extension;
  int sndfile;
};

constexpr std::array<Format, 3> kFormats{{
    {".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    {".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    {".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
}};

const Format* format_of(const fs::path& path) {
  const std::string extension = lower_case(path.extension().string());
  for (const Format& format : kFormats)
    if (extension == format.extension) return &format;
  return nullptr;
}

class SoundFile {
 public:
  SoundFile(const fs::path& path, int format, const fs::path& shown_as) : shown_as_(shown_as) {
    SF_INFO info{};
    info.samplerate = kSampleRate;
    info.channels = 2;
    info.format = format;
    file_.reset(sf_open(path.c_str(), SFM_WRITE, &info));
    if (!file_) fail("{}: cannot be written: {}", shown_as_.string(), sf_strerror(nullptr));
    sf_command(file_.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    double quality = kVorbisQuality;
    sf_command(file_.get(), SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  }
  void write(std::span<const float> samples) {
    const auto frames = static_cast<sf_count_t>(samples.size() / 2);
    if (sf_writef_float(file_.get(), samples.data(), frames) != frames)
      fail("{}: writing failed: {}; the file is as it was", shown_as_.string(),
           sf_strerror(file_.get()));
  }
  void close() {
    const int error = sf_close(file_.release());
    if (error != SF_ERR_NO_ERROR)
      fail("{}: writing failed: {}; the file is as it was", shown_as_.string(),
           sf_error_number(error));
  }

 private:
  struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
  };
  std::unique_ptr<SNDFILE, Close> file_;
  fs::path shown_as_;
};

// The loop of render_audio: the sound so far, and how to make more of it.
class Recording {
 public:
  Recording(const SynthesizerOptions& options,
            const std::function<void(std::span<const float>)>& sink, const Stop& stop)
      : synthesizer_(options), sink_(sink), stop_(stop) {}

  /// Renders up to `frame`; false where a stop was asked for.
  bool until(std::int64_t frame) {
    while (frames_ < frame) {
      if (stop_.requested()) return false;
      const std::int64_t count = std::min(kBlock, frame - frames_);
      const std::span<float> samples(block_.data(), static_cast<std::size_t>(2 * count));
      synthesizer_.render(samples.data(), static_cast<std::size_t>(count));
      for (const float sample : samples) peak_ = std::max(peak_, std::fabs(sample));
      sink_(samples);
      frames_ += count;
    }
    return true;
  }
  Synthesizer& synthesizer() { return synthesizer_; }
  std::int64_t frames() const { return frames_; }
  float peak() const { return peak_; }

 private:
  Synthesizer synthesizer_;
  const std::function<void(std::span<const float>)>& sink_;
  const Stop& stop_;
  std::array<float, 2 * kBlock> block_{};  // (kBlock, 2)
  std::int64_t frames_ = 0;
  float peak_ = 0;
};

}  // namespace

bool is_audio_path(const fs::path& path) {
  return format_of(path) != nullptr;
}

AudioFacts render_audio(const notation::Score& score, const AudioOptions& options,
                        const std::function<void(std::span<const float>)>& sink, Progress& progress,
                        const Stop& stop) {
  const std::vector<Action> actions = performance(score);
  const double last = actions.empty() ? 0 : actions.back().seconds;
  if (!(last <= options.longest_piece))
    fail(
        "the piece lasts {:.0f} minutes, but at most {:.0f} are made into audio; choose a part "
        "with --from-bar and --to-bar",
        last / 60, options.longest_piece / 60);
  Recording recording(options.synthesizer, sink, stop);
  progress.begin("rendering", static_cast<std::uint64_t>(last), "seconds of sound");
  bool going = true;
  for (const Action& action : actions) {
    going = recording.until(std::llround(action.seconds * kSampleRate));
    if (!going) break;
    recording.synthesizer().play(action);
    progress.update(static_cast<std::uint64_t>(action.seconds));
  }
  if (going) {
    recording.synthesizer().release_all();  // pedals still down
    const std::int64_t limit =
        recording.frames() + std::llround(options.longest_tail * kSampleRate);
    while (going && recording.synthesizer().voices() > 0 && recording.frames() < limit)
      going = recording.until(std::min(recording.frames() + kBlock, limit));
  }
  progress.end();
  return {static_cast<double>(recording.frames()) / kSampleRate, recording.peak()};
}

AudioFacts write_audio(const notation::Score& score, const fs::path& path,
                       const AudioOptions& options, Progress& progress, const Stop& stop) {
  AudioFacts facts;
  write_audio_with(path, [&](const AudioSink& sink) {
    facts = render_audio(score, options, sink, progress, stop);
    if (stop.requested()) fail("{}: stopped before its end; nothing was written", path.string());
  });
  return facts;
}

void write_audio_with(const fs::path& path, const std::function<void(const AudioSink&)>& work) {
  const Format* format = format_of(path);
  if (!format) fail_usage("{}: expected a name that ends in .wav, .flac or .ogg", path.string());
  write_file_with(path, [&](const fs::path& temporary) {
    SoundFile file(temporary, format->sndfile, path);
    work([&file](std::span<const float> samples) { file.write(samples); });
    file.close();
    if (format->sndfile == (SF_FORMAT_OGG | SF_FORMAT_VORBIS)) set_ogg_serial(temporary, 1);
  });
}

}  // namespace toccata::rendering
