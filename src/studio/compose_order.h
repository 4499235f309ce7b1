#pragma once
// What the page orders to be composed: read from JSON, within what a studio does for one client.

#include <memory>
#include <string>

#include "base/json.h"
#include "composing/order.h"
#include "studio/models.h"

namespace toccata::studio {

struct ComposeOrder {
  std::string model_name;
  std::shared_ptr<const network::Model> model;
  composing::Order order;
  int all_steps = 0;  // up to the last that is composed, `new_from` of them already there
  int new_from = 0;
};

struct OrderLimits {
  int steps = 16384;        // of a piece, what is given counted
  int pieces = 64;          // of an order
  long all_steps = 131072;  // composed steps of all pieces of an order together
  int particles = 256;      // of each piece
  // Steps times particles of one piece, and of all of an order: a piece keeps what each of its
  // particles did, a byte per note.
  long particle_steps = 1 << 20, all_particle_steps = 1 << 22;
};

/// Reads an order: {"model": "chorales"} and any of the controls of docs/api.md, which are the
/// fields of composing/order.h. A file of music is {"music", "name"}, its music as studio/music.h
/// has it: no path is ever opened. An infill without bars and region is of the whole piece. Without
/// "seed" one is drawn. Throws Error (usage), also where what is asked for cannot be
/// (composing/plan.h).
ComposeOrder read_order(const Json& json, Models& models, const OrderLimits& limits);

}  // namespace toccata::studio
