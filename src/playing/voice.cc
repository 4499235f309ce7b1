#include "playing/voice.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toccata::playing {

Voice::Voice(std::shared_ptr<const network::Model> model, const VoiceOptions& options)
    : model_(std::move(model)),
      options_(options),
      stepper_(*model_, {.sequences = 1,
                         .threads = options.threads,
                         .keep_prob = static_cast<float>(options.keep_prob),
                         .dropout_seed = options.seed,
                         .arithmetic = options.arithmetic}),
      random_(options.seed, 0),
      previous_(static_cast<std::size_t>(model_->config.notes())) {
  begin(0);
}

void Voice::begin(std::uint64_t piece) {
  stepper_.reset(0, piece);
  random_ = composing::PieceRandom(options_.seed, piece);
  std::fill(previous_.begin(), previous_.end(), std::uint8_t{0});
  begun_ = false;
}

void Voice::listen(const PastStep& step) {
  // A step that was composed here has run the time axis; one that was not, has
  // to.
  if (!begun_) stepper_.begin_step(previous_.data(), &step.place);
  begun_ = false;
  const music::Options& range = model_->config.roll;
  for (std::size_t n = 0; n < previous_.size(); ++n) {
    const std::uint8_t cell = step.cells[static_cast<std::size_t>(range.low) + n];
    previous_[n] = range.articulation ? cell : static_cast<std::uint8_t>(cell & music::kPlay);
  }
}

PastStep Voice::compose(const network::StepPlace& place, const Controls& controls) {
  const int channels = model_->config.channels(), low = model_->config.roll.low;
  const double density = std::log(controls.density);
  PastStep step{{}, place};
  stepper_.begin_step(previous_.data(), &place);
  begun_ = true;
  std::uint8_t cell = 0;
  std::array<float, 2> logits{};  // (C)
  for (std::size_t n = 0; n < previous_.size(); ++n) {
    stepper_.next_note(&cell, logits.data());
    const int pitch = low + static_cast<int>(n);
    const bool sounds = previous_[n] & music::kPlay;
    const bool in_key = (controls.pitch_classes >> (pitch % 12)) & 1;
    if (!sounds) logits[0] += static_cast<float>(density);
    const double play = composing::chance(logits[0], controls.temperature);
    const double strike = composing::chance(logits[1], controls.temperature);
    const int note = static_cast<int>(n);
    cell = 0;
    if ((sounds || in_key) && random_.play(place.step, note) < play) {
      cell = music::kPlay;
      const bool struck =
          channels == 2 && (!sounds || (in_key && random_.articulate(place.step, note) < strike));
      if (struck) cell |= music::kArticulate;
    }
    step.cells[static_cast<std::size_t>(pitch)] = cell;
  }
  return step;
}

}  // namespace toccata::playing
