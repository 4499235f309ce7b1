#pragma once
// A model that goes on composing from what has sounded, one step at a time: composing/composer.h,
// with music by MIDI pitch.

#include <cstdint>
#include <memory>
#include <vector>

#include "composing/composer.h"
#include "composing/plan.h"
#include "playing/past.h"

namespace toccata::playing {

class LiveComposer {
 public:
  LiveComposer(std::shared_ptr<const network::Model> model, const composing::Order& order,
               const composing::Resources& resources);

  /// From the next step on, the order's limits and sampling options are these. Throws Error (usage)
  /// where the limits leave nothing; all stays as it was.
  void follow(const composing::Order& order);

  /// Hears one step more of the past. Pitches outside the model's range are not heard.
  void listen(const PastStep& step);

  /// Composes the step at `place`, after what was heard. What it composes is not heard yet: listen
  /// takes it, with what was played in beside it. The random numbers are those of (seed, piece,
  /// number of the step).
  PastStep compose(const network::StepPlace& place);

  /// Forgets everything, and begins a new piece.
  void begin(std::uint64_t piece);

  const network::Model& model() const { return *model_; }

 private:
  std::shared_ptr<const network::Model> model_;
  composing::LiveLimits limits_;
  composing::Composer composer_;
  std::vector<std::uint8_t> heard_;  // (N)
  bool composed_ = false;            // the last step was composed here, and is not heard yet
};

}  // namespace toccata::playing
