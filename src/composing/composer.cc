#include "composing/composer.h"

#include <algorithm>

#include "listening/walk.h"

namespace toccata::composing {

Composer::Composer(const network::Model& model, std::vector<std::uint64_t> pieces,
                   const ComposerOptions& options)
    : model_(model),
      options_(options),
      notes_(model.config.notes()),
      channels_(model.config.channels()),
      stepper_(model, {.sequences = static_cast<int>(pieces.size()),
                       .threads = options.threads,
                       .keep_prob = static_cast<float>(options.keep_prob),
                       .dropout_seed = options.seed,
                       .arithmetic = options.arithmetic,
                       .instruction_set = options.instruction_set}),
      previous_(pieces.size() * static_cast<std::size_t>(notes_)),
      frame_(previous_.size()),
      places_(pieces.size()),
      lower_(pieces.size()),
      logits_(pieces.size() * static_cast<std::size_t>(channels_)),
      nats_(pieces.size()) {
  for (std::size_t b = 0; b < pieces.size(); ++b) {
    random_.emplace_back(options.seed, pieces[b]);
    stepper_.reset(static_cast<int>(b), pieces[b]);
  }
}

void Composer::listen(const roll::Roll& past, std::string_view name) {
  listening::check_fits(model_.config, past, name);
  for (int t = 0; t < past.steps; ++t) {
    const auto i = static_cast<std::size_t>(t);
    std::fill(places_.begin(), places_.end(),
              network::StepPlace{past.bar_phase[i], past.beat_phase[i], t});
    // The note axis begins anew at every step: only the time axis has to hear the past.
    stepper_.begin_step(previous_.data(), places_.data());
    for (int b = 0; b < pieces(); ++b) {
      std::copy_n(past.frame(t), notes_, previous_.data() + offset(b));
    }
  }
}

void Composer::step(const network::StepPlace& place) {
  std::fill(places_.begin(), places_.end(), place);
  stepper_.begin_step(previous_.data(), places_.data());
  std::fill(lower_.begin(), lower_.end(), std::uint8_t{0});
  for (int n = 0; n < notes_; ++n) {
    stepper_.next_note(lower_.data(), logits_.data());
    for (std::size_t b = 0; b < lower_.size(); ++b) {
      const float* logits = logits_.data() + b * static_cast<std::size_t>(channels_);
      const std::size_t cell = offset(static_cast<int>(b)) + static_cast<std::size_t>(n);
      lower_[b] = draw_cell(random_[b], place.step, n, previous_[cell], logits, channels_,
                            options_.temperature);
      const listening::NoteNats nats =
          listening::note_nats(previous_[cell], lower_[b], logits, channels_);
      nats_[b] += nats.play + nats.articulate;
      frame_[cell] = lower_[b];
    }
  }
  previous_.swap(frame_);
}

}  // namespace toccata::composing
