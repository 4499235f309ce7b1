#include "music/own_beat.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace toccata::music {
namespace {

// Onsets by their place in the quarter note, in ticks.
struct Places {
  std::vector<long> count;
  long onsets = 0;

  long ticks() const { return static_cast<long>(count.size()); }

  // How many lie on lines that divide the quarter note so, up to rounding: programs lose a tick of
  // 480. Above what chance gives, of what it leaves.
  double on_lines(long lines) const {
    const long lost = ticks() / 480 * lines;
    const long near = std::max(lost, ticks() % lines == 0 ? 0 : lines / 2);
    long on = 0, of_ticks = 0;
    for (long tick = 0; tick < ticks(); ++tick) {
      const long past = tick * lines % ticks();
      if (std::min(past, ticks() - past) > near) continue;
      on += count[static_cast<std::size_t>(tick)];
      ++of_ticks;
    }
    const double chance = static_cast<double>(of_ticks) / static_cast<double>(ticks());
    const double share = static_cast<double>(on) / static_cast<double>(onsets);
    return chance < 1 ? (share - chance) / (1 - chance) : 1;
  }

  // How near they lie to such lines: 1 on them, 0 as by chance.
  double nearness(long lines) const {
    double off = 0;
    for (long tick = 0; tick < ticks(); ++tick) {
      const long past = tick * lines % ticks();
      off += static_cast<double>(count[static_cast<std::size_t>(tick)] *
                                 std::min(past, ticks() - past));
    }
    return std::max(0.0, 1 - 4 * off / static_cast<double>(ticks() * onsets));
  }

  // The share of onsets that lie by the same number of ticks after a 16th: the most of any number.
  double at_one_place() const {
    const long sixteenth = std::max(1L, ticks() / 4), lost = ticks() / 480;
    std::vector<long> folded(static_cast<std::size_t>(sixteenth));
    for (long tick = 0; tick < ticks(); ++tick)
      folded[static_cast<std::size_t>(tick % sixteenth)] += count[static_cast<std::size_t>(tick)];
    long most = 0;
    for (long place = 0; place < sixteenth; ++place) {
      long here = 0;
      for (long tick = place - lost; tick <= place + lost; ++tick)
        here += folded[static_cast<std::size_t>((tick % sixteenth + sixteenth) % sixteenth)];
      most = std::max(most, here);
    }
    return static_cast<double>(most) / static_cast<double>(onsets);
  }
};

// A written score, though it may have tuplets and grace notes: a fifth of its onsets on eighths of
// the quarter note, or half of them on 16ths of it unless that is a shift of a coarser grid.
bool is_written(const Places& places) {
  constexpr double kEnough = 0.2, kHalf = 0.5, kShifted = 0.5;
  return places.on_lines(8) >= kEnough ||
         (places.on_lines(16) >= kHalf && places.at_one_place() < kShifted);
}

}  // namespace

OwnBeat own_beat(const notation::Score& score) {
  constexpr double kTight = 0.9;   // of a circular mean: the onsets keep to the division
  constexpr double kLoose = 0.2;   // below it, and below what chance gives: they do not
  constexpr double kChance = 2.5;  // times 1 / sqrt(onsets)
  Places places{std::vector<long>(static_cast<std::size_t>(score.ticks_per_quarter))};
  for (const notation::Track& track : score.tracks)
    for (const notation::Note& note : track.notes) {
      ++places.count[static_cast<std::size_t>(note.onset % score.ticks_per_quarter)];
      ++places.onsets;
    }
  OwnBeat beat;
  const auto onsets = static_cast<double>(places.onsets);
  beat.written = places.onsets < kFewestOnsets || is_written(places);
  if (places.onsets < kFewestOnsets) return beat;
  beat.confidence = std::max(places.nearness(3), places.nearness(4));
  double best = 0;
  for (const int division : kDivisions) {
    std::complex<double> sum = 0;
    for (std::size_t tick = 0; tick < places.count.size(); ++tick)
      if (places.count[tick] > 0)
        sum += static_cast<double>(places.count[tick]) *
               std::polar(1.0, 2 * std::numbers::pi * division * static_cast<double>(tick) /
                                   score.ticks_per_quarter);
    const double length = std::abs(sum) / onsets;
    best = std::max(best, length);
    if (length < kTight) continue;
    beat.division = division;
    // Where most lie on the division as it is, a few notes between pull the mean, and nothing is
    // shifted.
    long on = 0;
    for (std::size_t tick = 0; tick < places.count.size(); ++tick) {
      const long past = static_cast<long>(tick) * division % score.ticks_per_quarter;
      const long off = std::min<long>(past, score.ticks_per_quarter - past);
      if (off * 96 <= static_cast<long>(score.ticks_per_quarter) * division)
        on += places.count[tick];
    }
    if (2 * on > places.onsets) break;
    beat.shift =
        std::lround(std::arg(sum) / (2 * std::numbers::pi) * score.ticks_per_quarter / division);
    break;  // the coarsest that they keep to
  }
  beat.keeps = best >= std::max(kLoose, kChance / std::sqrt(onsets));
  return beat;
}

}  // namespace toccata::music
