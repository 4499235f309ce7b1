#pragma once
// Pieces from a model: from silence, or going on from a piece given.

#include <cstdint>
#include <functional>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "composing/composer.h"
#include "composing/order.h"
#include "music/roll.h"
#include "network/model/weights.h"

namespace toccata::composing {

struct Composed {
  std::uint64_t number = 0;  // of the piece
  music::Roll roll;          // with the primer's meters and its own
  int new_from = 0;          // the step of `roll` at which the new music begins
  int steps = 0;             // from there to the end of what was composed or had to follow from it
  double nats = 0;           // negative log-likelihood of these steps under the model, unbent
  // Estimate of the log of the chance, in nats, that the model obeys the request unasked: the more
  // negative, the more was asked of it. 0 without a request.
  double log_evidence = 0;
  Retries retries = {};  // of this piece
};

/// The pieces that an order asks for.
std::vector<NumberedPiece> pieces_of(const Order& order);

/// Calls `done` with each piece, by number. The same model, order and number give the same Roll,
/// whatever is composed beside it and whatever the resources, on every processor with the same
/// instruction set. When `stop` is requested, unfinished pieces are given up. A piece for which no
/// particle finds a way within the limits is given up, with a warning. Throws Error where that is
/// so of all, and as plan_of (plan.h). The music that the order names must have been read.
void compose(const network::Model& model, const Order& order, const Resources& resources,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop);
/// The same of these pieces alone.
void compose(const network::Model& model, const Order& order,
             const std::vector<NumberedPiece>& pieces, const Resources& resources,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop);

}  // namespace toccata::composing
