#pragma once
// What the page orders to be composed: read from JSON, within bounds.

#include <memory>
#include <optional>
#include <string>

#include "composing/compose.h"
#include "composing/receipt.h"
#include "studio/models.h"

namespace toccata::studio {

/// Music that an order holds, by the part it plays.
struct OrderMusic {
  std::optional<music::Roll> prime;       // what is gone on from
  std::optional<music::Roll> infill;      // a piece of which a part is composed anew
  std::optional<music::Roll> melody;      // notes around which the rest is composed
  std::optional<music::Roll> chord_file;  // chords to follow
};

struct ComposeOrder {
  std::string model_name;
  std::shared_ptr<const network::Model> model;
  composing::ComposeOptions options;  // what it points to: complete_options
  OrderMusic music;
  int prime_bars = 0;
  int all_steps = 0;  // that each piece will have, `new_from` of them already there
  int new_from = 0;
  double tempo = 120;
  int velocity = 80;
};

struct OrderLimits {
  int steps = 16384;        // of a piece, what is given counted
  int pieces = 64;          // of an order
  long all_steps = 131072;  // composed steps of all pieces of an order together
  int particles = 256;      // of each piece
  // Steps times particles of one piece, and of all of an order: a piece keeps what each of its
  // particles did, a byte a note.
  long particle_steps = 1 << 20, all_particle_steps = 1 << 22;
};

/// Reads an order:
///   {"model": "first", "steps": 256 | "bars": 16, "pieces": 1, "first": 0, "seed": 7,
///    "keep_prob": 1, "meter": "3/4", "tempo": 120, "velocity": 80,
///    "prime": {"music": …, "name": "x.mid", "bars": 8}, "new_only": false,
///    "temperature": 1, "articulate_temperature": 1, "density": 1, "conservativity": 1,
///    "particles": 1 (16 with infill or melody), "pick": "drawn" | "heaviest", and hard limits:
///    read_request}
/// or, to fill or harmonise a piece, instead of steps, bars, meter, prime and new_only:
///    "infill": {"music": …, "name": "x.mid", "bars": "9-12" |
///               "from": 64, "to": 128, "low": 24, "high": 101, "pinned": [[70, 60]…]}
///    "melody": {"music": …, "name": "x.mid", "voice": "top" | "bottom" | "track", "track": 1}
/// Only "model" must be there. Without "seed" one is drawn. Throws Error (usage), also where what
/// is asked for cannot be (composing/plan.h).
ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits);

/// The order's options, with pointers to its music: it must outlive them.
composing::ComposeOptions complete_options(const ComposeOrder& order);

/// The receipt of a piece that the order asks for, as `toccata generate` writes it.
composing::Receipt receipt_of(const ComposeOrder& order, std::string program);

}  // namespace toccata::studio
