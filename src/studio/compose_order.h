#pragma once
// What the page orders to be composed: read from JSON, within bounds.

#include <memory>
#include <optional>
#include <string>

#include "composing/compose.h"
#include "composing/receipt.h"
#include "studio/models.h"

namespace toccata::studio {

/// A part of a piece to compose anew. What is outside it, and what is pinned, stays as it was.
struct Region {
  int from = 0, to = 0;     // steps, `to` not included
  int low = 0, high = 127;  // pitches, both included
  bool operator==(const Region&) const = default;
};

struct ComposeOrder {
  std::string model_name;
  std::shared_ptr<const network::Model> model;
  composing::ComposeOptions options;  // prime is set by whoever composes, from `prime` below
  std::optional<roll::Roll> prime;    // what is gone on from
  std::string prime_name;
  int prime_bars = 0;
  double tempo = 120;
  int velocity = 80;
  // Rework: the piece, the region that is composed anew, and the notes in it that stay (those whose
  // onset and pitch are named). `prime` is then the piece up to the region.
  std::optional<roll::Roll> piece;
  Region region;
  std::vector<std::pair<int, int>> pinned;  // (onset, pitch)
};

struct OrderLimits {
  int steps = 16384;        // of a piece, primer counted
  int pieces = 64;          // of an order
  long all_steps = 131072;  // new steps of all pieces of an order together
};

/// Reads an order:
///   {"model": "first", "steps": 256 | "bars": 16, "pieces": 1, "first": 0, "seed": 7,
///    "temperature": 1, "keep_prob": 1, "meter": "3/4", "tempo": 120, "velocity": 80,
///    "prime": {"music": …, "name": "x.mid", "bars": 8}, "new_only": false}
/// or, to rework a piece, instead of steps, bars, meter, prime and new_only:
///   {"rework": {"music": …, "from": 64, "to": 128, "low": 24, "high": 101, "pinned": [[70, 60]…]}}
/// Only "model" must be there. Without "seed" one is drawn. Throws Error (usage).
ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits);

/// The receipt of a piece that the order asks for, as `toccata generate` writes it.
composing::Receipt receipt_of(const ComposeOrder& order, std::string program);

/// The order's piece with its region taken from `composed`, which goes on from `prime`.
roll::Roll with_region(const ComposeOrder& order, const roll::Roll& composed);

}  // namespace toccata::studio
