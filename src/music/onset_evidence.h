#pragma once
// What the onsets of played music say about the beat: how likely each is to stand on a downbeat, on
// another beat, halfway between two, or elsewhere. It looks at time, pitch, velocity and length
// alone, never at a file's ticks.

#include <array>
#include <vector>

#include "notation/score.h"

namespace toccata::music {

/// Notes struck together: within 40 ms of the first.
struct Struck {
  double seconds = 0;  // mean of their onsets
  double tick = 0;     // likewise
  int notes = 0;
  int lowest = 200, highest = 0, velocity = 0;  // velocity: the loudest
  double length = 0, low_length = 0;            // seconds, of the longest and of the lowest note
  unsigned classes = 0;                         // a bit per pitch class
};

/// In order of time. Drums are left out, unless there are only drums.
std::vector<Struck> struck_together(const notation::Score& score);

/// What an onset looks like: gaps to its neighbours, and how it and they differ from the sixteen
/// around them in number, pitch, velocity and length; change of harmony; distance to bass
/// notes and to those that change the bass.
inline constexpr int kLooks = 11 + 7 * 6 + 13;
using Looks = std::array<float, kLooks>;
std::vector<Looks> looks_of(const std::vector<Struck>& all);

/// How much more likely an onset is in each place than an onset is at large.
struct Evidence {
  float downbeat = 1, beat = 1, half = 1, other = 1;
};
/// By a network of one hidden layer (onset_weights.cc says what it learned from), whose posterior
/// divided by the prior is the likelihood (Bourlard & Morgan, "Connectionist speech recognition",
/// 1994), to the power of 0.7, since neighbours say the same thing twice.
std::vector<Evidence> evidence_of(const std::vector<Struck>& all);

/// The network: a hidden layer of rectifiers, then the logits of the four places.
inline constexpr int kHidden = 32;
struct OnsetWeights {
  float hidden[kHidden][kLooks], hidden_bias[kHidden];
  float place[kHidden][4], place_bias[4];
  float prior[4];
};
extern const OnsetWeights kOnsetWeights;

}  // namespace toccata::music
