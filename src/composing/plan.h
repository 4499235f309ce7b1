#pragma once
// Plan: an order laid on a model's grid.

#include "composing/limits.h"
#include "composing/order.h"
#include "network/model/config.h"

namespace toccata::composing {

struct Plan {
  music::Roll piece;   // the whole piece as it will be; silent where something is to be composed
  int from = 0;        // the first step that is composed; those before are only heard,
  int heard_from = 0;  // from this one on
  int to = 0;          // so far it is composed, or weighed where it is given
  Limits limits;       // none: plain composing
};

/// Throws Error (usage) where the order is out of bounds, does not fit the model, names music that
/// has not been read, or asks for what cannot be: says what, in which bar, and what to do.
Plan plan_of(const network::Config& config, const Order& order);

/// The limits of music without an end, over and over: those of an order's live fields.
class LiveLimits {
 public:
  LiveLimits() = default;
  /// Throws Error (usage) as plan_of.
  LiveLimits(const network::Config& config, const Order& order);
  /// Of a step of the music, counted from 0. What sounds already may sound on.
  StepLimits step(int step) const;

 private:
  Plan plan_;
};

}  // namespace toccata::composing
