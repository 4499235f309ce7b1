#pragma once
// Songs as they are played, for tests.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "notation/score.h"

namespace toccata::music {

/// Bars of 4/4 or 3/4: a long bass note on the first beat, chords on the others, eighths or
/// triplets above, another harmony in each bar. `at` says when a place, in beats, is played, in
/// seconds.
inline notation::Score song(int bars, int meter, int parts,
                            const std::function<double(double)>& at) {
  constexpr std::array kRoots = {48, 45, 41, 43, 50, 43};
  notation::Score score;  // 960 ticks per second
  notation::Track& track = score.tracks.emplace_back();
  std::mt19937 random(5);
  const auto add = [&](double beat, double length, int pitch, int velocity) {
    const notation::Tick onset = std::llround(960 * at(beat));
    track.notes.push_back(
        {.onset = onset,
         .end = std::max<notation::Tick>(onset + 1, std::llround(960 * at(beat + length))),
         .pitch = static_cast<std::uint8_t>(pitch),
         .velocity = static_cast<std::uint8_t>(velocity)});
  };
  for (int bar = 0; bar < bars; ++bar) {
    const int root = kRoots[static_cast<std::size_t>(bar) % kRoots.size()];
    for (int beat = 0; beat < meter; ++beat) {
      const double now = bar * meter + beat;
      if (beat == 0) add(now, meter, root - 12, 90);
      for (const int third : {0, 4, 7})
        if (beat > 0) add(now, 0.9, root + third, 60);
      for (int part = 0; part < parts; ++part)
        if (part == 0 || random() % 3 > 0)
          add(now + static_cast<double>(part) / parts, 0.9 / parts,
              root + 24 + static_cast<int>(random() % 3) * 4, part == 0 ? 80 : 70);
    }
  }
  std::ranges::stable_sort(track.notes, {}, &notation::Note::onset);
  score.end = track.notes.back().end;
  return score;
}

/// Tempo that swings by a quarter, and hands that miss by 10 ms.
inline std::function<double(double)> freely_played() {
  auto random = std::make_shared<std::mt19937>(3);
  return [random](double beat) {
    std::normal_distribution<double> error(0, 0.010);
    return 0.7 + 0.55 * (beat + 1.2 * std::sin(beat / 6)) + error(*random);
  };
}

}  // namespace toccata::music
