#include "music/beats.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>

#include "base/plain_math.h"
#include "music/bars.h"
#include "music/beat_tracker.h"
#include "music/downbeats.h"
#include "music/onset_evidence.h"
#include "music/own_beat.h"
#include "notation/tempo_map.h"

namespace toccata::music {
namespace {

constexpr std::size_t kFewest = kFewestOnsets;
constexpr double kShortest = 2, kLongest = 24 * 3600;  // seconds of music with beats to find
constexpr double kMostBeats = 1e5;                     // more are no music, and are not counted out
constexpr double kEven = 0.4;  // of a circular mean: the onsets keep to the file's tempo

constexpr double kUnshifted = 1.0 / 32;  // of a beat
constexpr double kClearly = 0.4;         // nats per onset: other beats than a grid that fits

// How closely onsets keep to a division of a beat: the length of their circular mean, and its angle
// in beats.
struct Kept {
  double length = 0, after = 0;
};
Kept keep_to(const std::vector<Struck>& all, double ticks_per_beat, int division, std::size_t first,
             std::size_t last) {
  std::complex<double> sum = 0;
  double notes = 0;
  for (std::size_t i = first; i < last; ++i) {
    const double turns = all[i].tick * division / ticks_per_beat;
    const double turn = turns - std::floor(turns);
    sum += static_cast<double>(all[i].notes) *
           std::complex(plain::cos_turns(turn), plain::sin_turns(turn));
    notes += all[i].notes;
  }
  return {std::abs(sum) / notes, std::arg(sum) / (2 * std::numbers::pi * division)};
}

struct Phase {
  int division = 0;
  double after = 0;  // beats
};
// The phase of the onsets in the file's beat, where they keep to it from beginning to end.
std::optional<Phase> even_phase(const std::vector<Struck>& all, double ticks_per_beat) {
  int best = 0;
  double most = kEven;
  for (const int division : kDivisions) {
    const double length = keep_to(all, ticks_per_beat, division, 0, all.size()).length;
    if (length > most + 0.05) most = length, best = division;
    if (length >= 0.9) break;  // the coarsest that they keep to closely
  }
  if (best == 0) return std::nullopt;
  const double after = keep_to(all, ticks_per_beat, best, 0, all.size()).after;
  constexpr std::size_t kParts = 4;
  for (std::size_t part = 0; part < kParts && all.size() >= 4 * kFewest; ++part) {
    const Kept here = keep_to(all, ticks_per_beat, best, all.size() * part / kParts,
                              all.size() * (part + 1) / kParts);
    const double turns = (here.after - after) * best;
    if (here.length < kEven / 2 || std::abs(turns - std::floor(turns + 0.5)) > 0.12)
      return std::nullopt;  // a tempo a little beside the file's
  }
  return Phase{best, after};
}

// Beats of a steady tempo, their bars, and how well the onsets agree, in nats.
struct Laid {
  std::vector<Beat> beats;
  double agreement = 0;
};

// The beats at after + k, k whole, in beats of the file, with the bars that the onsets ask for.
Laid lay_beats(const std::vector<Struck>& all, const std::vector<Evidence>& evidence,
               const notation::TempoMap& clock, double ticks_per_beat, double after,
               const BeatHints& hints) {
  const auto beat_of = [&](const Struck& s) { return s.tick / ticks_per_beat - after; };
  const double first = std::floor(beat_of(all.front()) + 0.25);
  const auto count = static_cast<std::size_t>(std::floor(beat_of(all.back()) + 0.25) - first) + 1;
  std::vector<double> ticks(count + 1), seconds(count + 1);
  for (std::size_t k = 0; k <= count; ++k) {
    ticks[k] = (first + after + static_cast<double>(k)) * ticks_per_beat;
    seconds[k] = clock.seconds(ticks[k]);
  }
  std::vector<float> down(count + 1), other(count + 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double at = std::max(0.0, beat_of(all[i]) - first);
    const auto k = std::min(static_cast<std::size_t>(at), count - 1);
    const double period = std::clamp(seconds[k + 1] - seconds[k], 0.05, 10.0);
    const Rates rate = rates((at - static_cast<double>(k)) * period, period);
    const std::size_t nearest = at - static_cast<double>(k) > 0.5 ? k + 1 : k;
    down[nearest] += static_cast<float>(plain::log(double{rate.of_downbeat(evidence[i])}));
    other[nearest] += static_cast<float>(plain::log(double{rate.of_beat(evidence[i])}));
  }
  Laid laid;
  laid.beats.resize(count + 1);
  for (std::size_t k = 0; k <= count; ++k) {
    laid.beats[k] = {.seconds = seconds[k], .tick = ticks[k]};
    laid.agreement += other[k];
    down[k] -= other[k];
  }
  laid.agreement += lay_bars(laid.beats, down, hints);
  laid.beats.pop_back();  // the end of the last one
  return laid;
}

// The file's own beats and bars.
std::vector<Beat> own_beats(const notation::Score& score, const notation::TempoMap& clock,
                            const std::vector<Struck>& all) {
  std::vector<notation::MeterChange> meters = score.meters;
  if (meters.empty() || meters.front().tick > 0) meters.insert(meters.begin(), {0, 4, 4});
  std::vector<Beat> beats;
  if (all.empty()) return beats;
  for (std::size_t m = 0; m < meters.size(); ++m) {
    const MeterAt meter{0, meters[m].numerator, meters[m].denominator};
    const double beat = beat_length(meter, 1) * score.ticks_per_quarter;
    const int per_bar =
        std::max(1, static_cast<int>(std::lround(bar_length(meter, 1) / beat_length(meter, 1))));
    const double until =
        m + 1 < meters.size() ? static_cast<double>(meters[m + 1].tick) : all.back().tick + 1;
    const double begin = static_cast<double>(meters[m].tick);
    auto k =
        static_cast<std::int64_t>(std::max(0.0, std::floor((all.front().tick - begin) / beat)));
    for (;; ++k) {
      const double tick = begin + static_cast<double>(k) * beat;
      if (tick >= until || tick > all.back().tick) break;
      if (static_cast<double>(beats.size()) >= kMostBeats) return {};
      beats.push_back({clock.seconds(tick), tick, static_cast<int>(k % per_bar), per_bar});
    }
  }
  return beats;
}

// Where beats are even, the straight line through them.
bool straighten(std::vector<Beat>& beats) {
  constexpr std::size_t kEnough = 16;
  constexpr double kStraight = 0.025;  // seconds, the root of the mean square
  const double n = static_cast<double>(beats.size());
  if (beats.size() < kEnough) return false;
  double sum = 0, moment = 0;
  for (std::size_t k = 0; k < beats.size(); ++k) {
    sum += beats[k].seconds;
    moment += (static_cast<double>(k) - (n - 1) / 2) * beats[k].seconds;
  }
  const double period = moment * 12 / (n * (n * n - 1)), begin = sum / n - period * (n - 1) / 2;
  double square = 0;
  for (std::size_t k = 0; k < beats.size(); ++k) {
    const double d = beats[k].seconds - begin - period * static_cast<double>(k);
    square += d * d;
  }
  if (std::sqrt(square / n) > kStraight) return false;
  for (std::size_t k = 0; k < beats.size(); ++k)
    beats[k].seconds = begin + period * static_cast<double>(k);
  return true;
}

// A silence is cut short for the tracker, so that a beat in it may be long: it is filled with beats
// like the one before, which count on.
std::vector<Beat> fill_silence(const std::vector<Beat>& beats) {
  std::vector<Beat> filled;
  double period = beats.size() > 1 ? beats[1].seconds - beats[0].seconds : 0.5;
  for (std::size_t k = 0; k < beats.size(); ++k) {
    filled.push_back(beats[k]);
    if (k + 1 == beats.size()) break;
    const double length = beats[k + 1].seconds - beats[k].seconds;
    if (length <= 3) {
      period = length;
      continue;
    }
    const auto count =
        static_cast<int>(std::max(1L, std::lround(length / std::clamp(period, 0.25, 2.0))));
    for (int i = 1; i < count; ++i)
      filled.push_back({.seconds = beats[k].seconds + length * i / count,
                        .place = (beats[k].place + i) % beats[k].meter,
                        .meter = beats[k].meter});
  }
  return filled;
}

// A bar's places anew, with the first downbeat at beat `pickup`.
void begin_bars_at(std::vector<Beat>& beats, int pickup, int meter) {
  for (std::size_t k = 0; k < beats.size(); ++k) {
    const int from_downbeat = static_cast<int>(k) - pickup;
    beats[k].place = (from_downbeat % meter + meter) % meter;
    beats[k].meter = meter;
  }
}

// Tempo, meter, subdivision, confidence and distance of the beats.
void describe(FoundBeats& found, const std::vector<Struck>& all) {
  const std::vector<Beat>& beats = found.beats;
  if (beats.size() < 2) return;
  std::vector<double> tempos;
  std::vector<int> meters(256);
  for (std::size_t k = 0; k + 1 < beats.size(); ++k)
    tempos.push_back(60 / std::max(1e-6, beats[k + 1].seconds - beats[k].seconds));
  for (const Beat& beat : beats) ++meters[std::clamp(beat.meter, 0, 255)];
  found.meter = static_cast<int>(std::ranges::max_element(meters) - meters.begin());
  std::ranges::sort(tempos);
  const auto share = [&](double p) {
    return tempos[static_cast<std::size_t>(p * static_cast<double>(tempos.size() - 1))];
  };
  found.slowest = share(0.05), found.tempo = share(0.5), found.fastest = share(0.95);
  double off[2] = {}, seconds[2] = {}, count = 0;
  for (const Struck& struck : all) {
    auto after =
        std::ranges::upper_bound(beats, struck.seconds, {}, &Beat::seconds) - beats.begin();
    const auto k = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(after - 1, 0, static_cast<std::ptrdiff_t>(beats.size()) - 2));
    const double period = std::max(1e-6, beats[k + 1].seconds - beats[k].seconds);
    const double place = (struck.seconds - beats[k].seconds) / period;
    for (int i = 0; i < 2; ++i) {
      const double line = place * (i == 0 ? 4 : 3), d = std::abs(line - std::floor(line + 0.5));
      off[i] += d, seconds[i] += d * period / (i == 0 ? 4 : 3);
    }
    ++count;
  }
  // Lines that lie further apart are missed by more: in shares of their distance both miss by a
  // quarter where nothing fits.
  const int which = off[1] < off[0] ? 1 : 0;
  found.subdivision = which == 1 ? 3 : 4;
  found.off = seconds[which] / count;
  found.confidence = std::clamp(1 - off[which] / count / 0.25, 0.0, 1.0);
}

}  // namespace

FoundBeats find_beats(const notation::Score& score, const BeatHints& hints) {
  const notation::TempoMap clock(score);
  const std::vector<Struck> all = struck_together(score);
  FoundBeats found;
  const auto as_written = [&] {
    found.kind = BeatKind::as_written;
    found.beats = own_beats(score, clock, all);
    describe(found, all);
    return found;
  };
  const OwnBeat own = own_beat(score);
  const bool hinted = hints.anew || hints.tempo > 0 || hints.meter > 0 || hints.pickup >= 0;
  if (all.size() < kFewest || all.back().seconds - all.front().seconds > kLongest ||
      all.back().seconds - all.front().seconds < kShortest)
    return as_written();
  const std::vector<Evidence> evidence = evidence_of(all);

  const MeterAt meter = score.meters.empty() ? MeterAt{}
                                             : MeterAt{0, score.meters.front().numerator,
                                                       score.meters.front().denominator};
  const double ticks_per_beat = beat_length(meter, 1) * score.ticks_per_quarter;
  const bool countable = (all.back().tick - all.front().tick) / ticks_per_beat < kMostBeats;
  const std::optional<Phase> phase =
      hints.tempo > 0 || !countable ? std::nullopt : even_phase(all, ticks_per_beat);
  if (!phase && !hinted && own.written) return as_written();
  if (phase) {
    Laid best;
    for (int k = 0; k < phase->division; ++k) {
      const double after = phase->after + static_cast<double>(k) / phase->division;
      Laid laid = lay_beats(all, evidence, clock, ticks_per_beat, after, hints);
      if (k > 0 && laid.agreement <= best.agreement) continue;
      best = std::move(laid);
    }
    // The file's own beat as far as that can be told: then its bars are its own, too.
    const bool unshifted =
        own.written || (own.division > 0 && own.shift == 0) || std::abs(phase->after) <= kUnshifted;
    if (unshifted && !hinted) {
      const Laid as_is = lay_beats(all, evidence, clock, ticks_per_beat, 0, hints);
      const double margin = (best.agreement - as_is.agreement) / static_cast<double>(all.size());
      if (margin < kClearly) return as_written();
    }
    found.kind = BeatKind::shifted;
    found.beats = std::move(best.beats);
    found.shift = std::lround(phase->after * ticks_per_beat);
  } else {
    found.beats = track_beats(all, evidence, hints);
    if (found.beats.size() < 4) return as_written();
    found.beats = fill_silence(found.beats);
    found.kind = straighten(found.beats) ? BeatKind::steady : BeatKind::free;
    for (Beat& beat : found.beats) beat.tick = clock.tick(beat.seconds);
  }
  lay_bars(found.beats, downbeat_evidence(found.beats, all, evidence), hints);
  describe(found, all);
  if (hints.pickup >= 0)
    begin_bars_at(found.beats, hints.pickup, hints.meter > 0 ? hints.meter : found.meter);
  return found;
}

}  // namespace toccata::music
