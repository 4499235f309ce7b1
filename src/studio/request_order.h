#pragma once
// The part of an order that composing/request.h is about: what is given, and hard limits.

#include "base/json.h"
#include "composing/request.h"
#include "studio/compose_order.h"

namespace toccata::studio {

/// The limits: "key", "scale", "range", "most_notes", "fewest_notes", "longest_silence",
/// "repeat_gap", "chords", "chord_tones", "ending", "ending_bars" as composing/request.h has them,
/// "chord_file": {"music", "name"}; and "infill" and "melody" as compose_order.h says. Music goes
/// to `music`, its hashes into the request. Throws Error (usage).
composing::Request read_request(const Json& json, const music::Options& read, int most_steps,
                                OrderMusic& music);

/// "temperature", "articulate_temperature", "density", "conservativity" (a number or "adaptive").
composing::Taste read_taste(const Json& json);

}  // namespace toccata::studio
