#include "playing/live_composer.h"

#include <algorithm>

namespace toccata::playing {

LiveComposer::LiveComposer(std::shared_ptr<const network::Model> model,
                           const composing::Order& order, const composing::Resources& resources)
    : model_(std::move(model)),
      limits_(model_->config, order),
      composer_(*model_, {{}}, order, resources),
      heard_(static_cast<std::size_t>(model_->config.notes())) {}

void LiveComposer::follow(const composing::Order& order) {
  limits_ = composing::LiveLimits(model_->config, order);
  composer_.set_sampling(order.sampling);
}

void LiveComposer::begin(std::uint64_t piece) {
  composer_.begin({{piece}});
  composed_ = false;
}

void LiveComposer::listen(const PastStep& step) {
  const music::Options& range = model_->config.roll;
  for (std::size_t n = 0; n < heard_.size(); ++n) {
    const std::uint8_t cell = step.cells[static_cast<std::size_t>(range.low) + n];
    heard_[n] = range.articulation ? cell : static_cast<std::uint8_t>(cell & music::kPlay);
  }
  if (composed_) {
    composer_.correct(heard_.data());
  } else {
    composer_.listen(step.place, heard_.data());
  }
  composed_ = false;
}

PastStep LiveComposer::compose(const network::StepPlace& place) {
  PastStep step{{}, place};
  composer_.step(place, limits_.step(place.step));
  std::copy_n(composer_.frame(0), heard_.size(), step.cells.begin() + model_->config.roll.low);
  composed_ = true;
  return step;
}

}  // namespace toccata::playing
