#pragma once
// The hidden Markov model behind find_beats (beats.h), and the rates of onsets that it shares with
// the search for the phase of a steady tempo.

#include <array>
#include <vector>

#include "music/beat.h"
#include "music/onset_evidence.h"

namespace toccata::music {

/// Chosen on the training part of human performances (docs/beats.md), by F-measure.
struct Tuning {
  // The tracker: frames and beats in seconds; the ratio of two tempos that are told apart.
  double frame = 0.025, shortest = 0.25, longest = 2, step = 1.06;
  // In nats: what a beat costs, and what it costs more by the square of its distance (in log
  // seconds) from the usual one, usual + slope * (log of the median gap between onsets + 1.7).
  double per_beat = 2.7, level = 1, usual = -0.1225, slope = 0.875;
  double tempo = -0.6, tempo_spread = 0.5;  // of the first beat, log seconds
  double change = 0.12;                     // of the tempo from beat to beat: mean of |log ratio|
  // Onsets: their spread around their place, in seconds and as a share of the beat; how many per
  // beat stand on it, halfway, on other quarters and thirds, and anywhere.
  double sigma = 0.025, sigma_share = 0.02;
  double at_beat = 0.85, at_half = 0.5, at_other = 0.7, anywhere = 0.15;
  // Bars, in nats: each meter at the start, a bar of two, a change of meter; and how far the
  // evidence for downbeats is trusted.
  float meter2 = -1, meter3 = 2.7f, meter4 = -1, bar_of_two = 0.5f, meter_change = 4, trust = 1;
};
inline constexpr Tuning kTuning;

/// Onsets per second at a place in a beat, by what they are.
struct Rates {
  float beat = 0, half = 0, other = 0, anywhere = 0;
  float of_downbeat(const Evidence& e) const { return beat * e.downbeat + off_beat(e); }
  float of_beat(const Evidence& e) const { return beat * e.beat + off_beat(e); }

 private:
  float off_beat(const Evidence& e) const { return half * e.half + other * e.other + anywhere; }
};
/// `seconds` after a beat that lasts `period` seconds.
Rates rates(double seconds, double period);

/// The places of all bars in one row: bars of 2, of 3 and of 4 beats.
inline constexpr int kPlaces = 9;
inline constexpr std::array<int, kPlaces> kMeterOf = {2, 2, 3, 3, 3, 4, 4, 4, 4};
inline constexpr std::array<int, kPlaces> kPlaceOf = {0, 1, 0, 1, 2, 0, 1, 2, 3};
inline constexpr std::array<int, kPlaces> kPlaceBefore = {1, 0, 4, 2, 3, 8, 5, 6, 7};
inline constexpr std::array<int, 3> kFirstPlaces = {0, 2, 5}, kLastPlaces = {1, 4, 8};
/// How far a place is a downbeat: the middle of a bar of 4 is half one.
inline constexpr std::array<float, kPlaces> kDownbeat = {1, 0, 1, 0, 0, 1, 0, 0.5, 0};
/// What a bar costs that begins at a place, and what a meter does at the start, in nats.
constexpr float bar_cost(int place) {
  return place == 0 ? kTuning.bar_of_two : 0;
}
float meter_prior(int meter, const BeatHints& hints);

/// The likeliest beats from the first onset to the last. Memory and time are linear in the seconds
/// and in the onsets: 20 KB per second of music. Silence is cut to 4 seconds: nothing is told of
/// it.
std::vector<Beat> track_beats(const std::vector<Struck>& all, const std::vector<Evidence>& evidence,
                              const BeatHints& hints);

}  // namespace toccata::music
