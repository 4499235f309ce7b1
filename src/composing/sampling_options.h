#pragma once
// Sampling options: how the model's own chances are bent before a note is drawn. The bent model is
// an exact distribution too, and the one that conditioning (composer.h) is exact for.

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/plain_math.h"
#include "music/cells.h"

namespace toccata::composing {

/// The chance of play is raised to `power`: above 1 fewer notes, below 1 more. (Johnson, model.py
/// of biaxial-rnn-music-composition, `conservativity`.)
struct Conservativity {
  double power = 1;
  // As his gen_adaptive (main.py): the power begins at 1, sinks by 0.02 with every step of fewer
  // than 2 sounding notes, and else goes back towards 1 by three tenths of what is missing.
  bool adaptive = false;
  bool operator==(const Conservativity&) const = default;
};

struct SamplingOptions {
  // Chances are sigmoid(logit / temperature). Above 1 the choices are freer, below 1 safer; 1 is
  // the model's own distribution (Ackley, Hinton & Sejnowski 1985).
  double temperature = 1;                             // of play
  std::optional<double> articulate_temperature = {};  // of articulate; none: the same
  // The odds that a silent note begins are multiplied by this: above 1 more notes, below 1 fewer.
  double density = 1;
  Conservativity conservativity = {};
  // How far a piece repeats itself: its memory's weight beside the network's
  // (network/model/memory.h) is multiplied by this. 0: the network alone; 1: as learned.
  double echo_strength = 1;
  double strike_temperature() const { return articulate_temperature.value_or(temperature); }
  bool operator==(const SamplingOptions&) const = default;
};

/// Johnson's adaptive exponent after a step with `sounding` notes. It stays above 0, where his
/// would let every note play after fifty silent steps.
inline double next_conservativity(double now, int sounding) {
  if (sounding >= 2) return now + 0.3 * (1 - now);
  return std::max(0.01, std::min(now, 1.0) - 0.02);
}

/// sigmoid(logit / temperature).
inline double chance(double logit, double temperature) {
  return plain::sigmoid(logit / temperature);
}

/// The logit of play as the options have it, before temperature and conservativity.
inline double play_logit(double logit, std::uint8_t previous, const SamplingOptions& sampling) {
  return previous & music::kPlay || sampling.density == 1 ? logit
                                                          : logit + plain::log(sampling.density);
}

/// The chances of a note's three kinds of cell, as logarithms; minus infinity where impossible.
struct CellChances {
  double silent, held, onset;
};

///   logits (C)
///   conservativity: the exponent in force
inline CellChances cell_chances(std::uint8_t previous, const float* logits,
                                const music::Cells& cells, const SamplingOptions& sampling,
                                double conservativity) {
  using music::bit_nats;
  constexpr double kNever = -INFINITY;
  const double logit = play_logit(logits[0], previous, sampling) / sampling.temperature;
  const double play = -bit_nats(logit, true) * conservativity;
  const double silent = conservativity == 1 ? -bit_nats(logit, false)
                                            : plain::log(std::max(-plain::expm1(play), 1e-300));
  if (!(previous & music::kPlay)) return {silent, kNever, play};
  if (cells.count() == 1) return {silent, play, kNever};
  const double strike = logits[1] / sampling.strike_temperature();
  return {silent, play - bit_nats(strike, false), play - bit_nats(strike, true)};
}

}  // namespace toccata::composing
