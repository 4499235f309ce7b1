#pragma once
// Finds the bars of beats that are known.

#include <array>
#include <span>
#include <vector>

#include "music/beat.h"
#include "music/onset_evidence.h"

namespace toccata::music {

/// Bars of 2, 3 or 4 beats from what speaks for a downbeat at each beat (log-odds in nats), by
/// Viterbi's algorithm: sets place and meter, and returns how much their bars have for them.
double lay_bars(std::span<Beat> beats, std::span<const float> for_downbeat, const BeatHints& hints);

/// What a beat looks like beside the four before and the four after it: what is struck on it, how
/// many onsets it has, how far its harmony differs from that of the 1, 2 and 4 beats before.
inline constexpr int kBeatLooks = 14;
inline constexpr int kBeatContext = 4;
inline constexpr int kDownbeatLooks = kBeatLooks * (2 * kBeatContext + 1);
std::vector<std::array<float, kDownbeatLooks>> downbeat_looks(
    std::span<const Beat> beats, const std::vector<Struck>& all,
    const std::vector<Evidence>& evidence);

/// Log-odds of a downbeat at each beat, over those of beats at large, by a network of one hidden
/// layer.
std::vector<float> downbeat_evidence(std::span<const Beat> beats, const std::vector<Struck>& all,
                                     const std::vector<Evidence>& evidence);

inline constexpr int kDownbeatHidden = 16;
struct DownbeatWeights {
  float hidden[kDownbeatHidden][kDownbeatLooks], hidden_bias[kDownbeatHidden];
  float out[kDownbeatHidden], bias, prior;  // prior: the log-odds of a downbeat
};
extern const DownbeatWeights kDownbeatWeights;

}  // namespace toccata::music
