#include "playing/sound_card.h"

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/quiet_stderr.h"
#include "rendering/synthesizer.h"

namespace toccata::playing {
namespace {

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* part) const {
    destroy(part);
  }
};

class SoundCard : public Output {
 public:
  explicit SoundCard(const SoundCardOptions& options) : options_(options) { open(); }

  void note_on(int pitch, int velocity) override {
    fluid_synth_noteon(synth_.get(), 0, pitch, velocity);
  }
  // What has died away already is no fault.
  void note_off(int pitch) override { fluid_synth_noteoff(synth_.get(), 0, pitch); }
  void silence() noexcept override {
    if (synth_) fluid_synth_all_notes_off(synth_.get(), -1);
  }
  bool recover() override {
    try {
      open();
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  std::string name() const override { return "the sound card"; }

 private:
  void open() {
    driver_.reset();
    synth_.reset();
    settings_.reset();
    for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG}) {
      fluid_set_log_function(level, nullptr, nullptr);
    }
    const std::filesystem::path soundfont = rendering::find_soundfont(options_.soundfont);
    settings_.reset(new_fluid_settings());
    fluid_settings_t* settings = settings_.get();
    if (!settings) fail("FluidSynth could not start: no memory for its settings");
    fluid_settings_setnum(settings, "synth.gain", options_.gain);
    fluid_settings_setint(settings, "synth.chorus.active",
                          0);  // it makes a piano swim
    if (!options_.driver.empty() &&
        fluid_settings_setstr(settings, "audio.driver", options_.driver.c_str()) == FLUID_FAILED) {
      fail(
          "FluidSynth knows no sound driver \"{}\": expected alsa, "
          "pulseaudio, jack or another of "
          "those that fluidsynth -a help lists",
          options_.driver);
    }
    synth_.reset(new_fluid_synth(settings));
    if (!synth_) fail("FluidSynth could not start");
    if (!fluid_is_soundfont(soundfont.c_str()) ||
        fluid_synth_sfload(synth_.get(), soundfont.c_str(), 1) == FLUID_FAILED) {
      fail("{}: FluidSynth cannot read this as a soundfont (.sf2 or .sf3)", soundfont.string());
    }
    fluid_synth_program_change(synth_.get(), 0, options_.program);
    {
      const QuietStderr quiet;  // ALSA and JACK say there what they also return
      driver_.reset(new_fluid_audio_driver(settings, synth_.get()));
    }
    if (!driver_) {
      fail(
          "FluidSynth{} found no sound card; name another driver with --driver, or a MIDI port "
          "with --port",
          options_.driver.empty() ? "" : "'s driver " + options_.driver);
    }
  }

  SoundCardOptions options_;
  // The driver goes first, the settings last.
  std::unique_ptr<fluid_settings_t, Destroy<delete_fluid_settings>> settings_;
  std::unique_ptr<fluid_synth_t, Destroy<delete_fluid_synth>> synth_;
  std::unique_ptr<fluid_audio_driver_t, Destroy<delete_fluid_audio_driver>> driver_;
};

class FileSound : public OfflineSound {
 public:
  FileSound(const SoundCardOptions& options, rendering::AudioSink sink)
      : synthesizer_({.soundfont = options.soundfont, .gain = options.gain}),
        sink_(std::move(sink)) {
    using Action = rendering::Action;
    synthesizer_.play(
        {.kind = Action::Kind::program, .number = static_cast<std::uint8_t>(options.program)});
  }

  void note_on(int pitch, int velocity) override {
    synthesizer_.play({.kind = rendering::Action::Kind::note_on,
                       .number = static_cast<std::uint8_t>(pitch),
                       .velocity = static_cast<std::uint8_t>(velocity)});
  }
  void note_off(int pitch) override {
    synthesizer_.play(
        {.kind = rendering::Action::Kind::note_off, .number = static_cast<std::uint8_t>(pitch)});
  }
  void silence() noexcept override { synthesizer_.release_all(); }
  bool recover() override { return true; }
  std::string name() const override { return "a file"; }

  double seconds() const override { return static_cast<double>(frames_) / rendering::kSampleRate; }
  void sleep_until(double time) override {
    // The first frame at or after `time`: a caller that waits for it finds it reached.
    auto until = static_cast<std::int64_t>(std::ceil(time * rendering::kSampleRate));
    if (static_cast<double>(until) / rendering::kSampleRate < time) ++until;
    while (frames_ < until) {
      const auto count = static_cast<std::size_t>(std::min<std::int64_t>(kBlock, until - frames_));
      synthesizer_.render(block_.data(), count);
      sink_(std::span(block_).first(2 * count));
      frames_ += static_cast<std::int64_t>(count);
    }
  }
  void finish() override {
    synthesizer_.release_all();
    const double latest = seconds() + kLongestTail;
    while (synthesizer_.voices() > 0 && seconds() < latest) sleep_until(seconds() + 0.1);
  }

 private:
  static constexpr std::int64_t kBlock = 1024;  // frames
  static constexpr double kLongestTail = 10;    // seconds
  rendering::Synthesizer synthesizer_;
  rendering::AudioSink sink_;
  std::array<float, 2 * kBlock> block_{};  // (kBlock, 2)
  std::int64_t frames_ = 0;
};

}  // namespace

std::unique_ptr<OfflineSound> make_offline_sound(const SoundCardOptions& options,
                                                 rendering::AudioSink sink) {
  return std::make_unique<FileSound>(options, std::move(sink));
}

std::unique_ptr<Output> open_sound_card(const SoundCardOptions& options) {
  return std::make_unique<SoundCard>(options);
}

}  // namespace toccata::playing
