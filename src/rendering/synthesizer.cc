#include "rendering/synthesizer.h"

#include <fluidsynth.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/this_process.h"

namespace toccata::rendering {
namespace fs = std::filesystem;
namespace {

constexpr std::array kUsualPlaces = {
    "/usr/share/sounds/sf2/TimGM6mb.sf2",       // Debian: timgm6mb-soundfont
    "/usr/share/sounds/sf2/default-GM.sf2",     // Debian's alternative, whichever is installed
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",     // Debian: fluid-soundfont-gm
    "/usr/share/soundfonts/default.sf2",        // Arch, Fedora
    "/usr/share/soundfonts/FluidR3_GM.sf2",     //
    "/usr/local/share/soundfonts/default.sf2",  // built from source
    "/opt/homebrew/share/soundfonts/default.sf2" /* Homebrew */};

constexpr int kSustainPedal = 64;  // controller number

// FluidSynth tells its troubles on stderr; ours come as Errors.
void silence_fluidsynth() {
  for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG})
    fluid_set_log_function(level, nullptr, nullptr);
}

// Straight up to 0.8, then bent so that it never reaches beyond 1.
float limited(float sample) {
  constexpr float kKnee = 0.8f;
  const float size = std::fabs(sample);
  if (size <= kKnee) return sample;
  return std::copysign(kKnee + (1 - kKnee) * std::tanh((size - kKnee) / (1 - kKnee)), sample);
}

}  // namespace

fs::path find_soundfont(const std::optional<fs::path>& asked) {
  const std::string named = environment("TOCCATA_SOUNDFONT").value_or("");
  if (asked || !named.empty()) {
    const fs::path path = asked ? *asked : fs::path(named);
    if (fs::is_regular_file(path)) return path;
    fail("{}: no such soundfont ({})", path.string(), asked ? "as asked for" : "TOCCATA_SOUNDFONT");
  }
  for (const char* place : kUsualPlaces)
    if (fs::is_regular_file(place)) return place;
  fail(
      "no soundfont found, and audio needs one: install Debian's package timgm6mb-soundfont, or "
      "name an "
      ".sf2 file with --soundfont or TOCCATA_SOUNDFONT");
}

struct Synthesizer::Parts {
  template <auto destroy>
  struct Destroy {
    template <typename T>
    void operator()(T* part) const {
      destroy(part);
    }
  };
  std::unique_ptr<fluid_settings_t, Destroy<delete_fluid_settings>> settings;
  std::unique_ptr<fluid_synth_t, Destroy<delete_fluid_synth>> synth;  // goes before its settings
};

Synthesizer::Synthesizer(const SynthesizerOptions& options) : parts_(std::make_unique<Parts>()) {
  const fs::path soundfont = find_soundfont(options.soundfont);
  silence_fluidsynth();
  parts_->settings.reset(new_fluid_settings());
  fluid_settings_t* settings = parts_->settings.get();
  if (!settings) fail("FluidSynth could not start: no memory for its settings");
  fluid_settings_setnum(settings, "synth.sample-rate", kSampleRate);
  fluid_settings_setnum(settings, "synth.gain", options.gain);
  fluid_settings_setint(settings, "synth.polyphony", options.polyphony);
  fluid_settings_setint(settings, "synth.reverb.active", options.reverb ? 1 : 0);
  fluid_settings_setint(settings, "synth.chorus.active", 0);  // it makes a piano swim
  fluid_settings_setint(settings, "synth.cpu-cores", 1);      // the same order of sums every time
  fluid_settings_setint(settings, "synth.threadsafe-api", 0);
  fluid_settings_setint(settings, "synth.lock-memory", 0);
  parts_->synth.reset(new_fluid_synth(settings));
  if (!parts_->synth) fail("FluidSynth could not start");
  if (!fluid_is_soundfont(soundfont.c_str()) ||
      fluid_synth_sfload(parts_->synth.get(), soundfont.c_str(), 1) == FLUID_FAILED)
    fail("{}: FluidSynth cannot read this as a soundfont (.sf2 or .sf3)", soundfont.string());
}

Synthesizer::~Synthesizer() = default;
Synthesizer::Synthesizer(Synthesizer&&) noexcept = default;
Synthesizer& Synthesizer::operator=(Synthesizer&&) noexcept = default;

void Synthesizer::play(const Action& action) {
  fluid_synth_t* synth = parts_->synth.get();
  // A note-off for a pitch that has died away already and a program that the soundfont lacks are
  // no faults: FluidSynth's return values need no look.
  switch (action.kind) {
    case Action::Kind::note_off:
      fluid_synth_noteoff(synth, action.channel, action.number);
      break;
    case Action::Kind::pedal:
      fluid_synth_cc(synth, action.channel, kSustainPedal, action.number ? 127 : 0);
      break;
    case Action::Kind::program:
      fluid_synth_program_change(synth, action.channel, action.number);
      break;
    case Action::Kind::note_on:
      fluid_synth_noteon(synth, action.channel, action.number, action.velocity);
      break;
  }
}

void Synthesizer::release_all() {
  fluid_synth_t* synth = parts_->synth.get();
  for (int channel = 0; channel < 16; ++channel) fluid_synth_cc(synth, channel, kSustainPedal, 0);
  fluid_synth_all_notes_off(synth, -1);
}

void Synthesizer::render(float* samples, std::size_t frames) {
  fluid_synth_write_float(parts_->synth.get(), static_cast<int>(frames), samples, 0, 2, samples, 1,
                          2);
  for (std::size_t i = 0; i < 2 * frames; ++i) samples[i] = limited(samples[i]);
}

int Synthesizer::voices() const {
  return fluid_synth_get_active_voice_count(parts_->synth.get());
}

}  // namespace toccata::rendering
