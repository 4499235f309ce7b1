#pragma once
// Plan: what compose is asked for, laid on the model's grid.

#include "composing/compose.h"
#include "composing/limits.h"
#include "network/config.h"

namespace toccata::composing {

struct Plan {
  music::Roll piece;  // the whole piece as it will be; silent where something is to be composed
  int from = 0;       // the first step that is composed; those before are only heard
  Limits limits;      // none: plain composing
};

/// Throws Error (usage) where options or request are out of bounds, do not fit the model, or ask
/// for what cannot be: says what, in which bar, and what to do.
Plan plan_of(const network::Config& config, const ComposeOptions& options);

}  // namespace toccata::composing
