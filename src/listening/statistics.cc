#include "listening/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include "listening/distribution.h"
#include "listening/notes.h"

namespace toccata::listening {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : kNone;
}

template <std::size_t size>
double entropy(const std::array<int, size>& histogram) {
  double total = 0, sum = 0;
  for (const int count : histogram) total += count;
  for (const int count : histogram) {
    if (count > 0) sum -= count / total * std::log2(count / total);
  }
  return total > 0 ? sum : kNone;
}

void count_register(const std::vector<RollNote>& notes, Statistics& result) {
  std::vector<double> pitches;
  for (const RollNote& note : notes) pitches.push_back(note.pitch);
  const Summary summary = summarise(pitches);
  const auto count = static_cast<double>(pitches.size());
  result.pitch_median = notes.empty() ? kNone : summary.median;
  result.pitch_sd = notes.empty() ? kNone : summary.sd * std::sqrt((count - 1) / count);
}

void count_pitches(const std::vector<RollNote>& notes, Statistics& result) {
  std::array<int, 128> pitches{};
  std::array<int, 12> classes{};
  for (const RollNote& note : notes) {
    ++pitches[static_cast<std::size_t>(note.pitch)];
    ++classes[static_cast<std::size_t>(note.pitch % 12)];
  }
  const auto used = [](const auto& histogram) {
    return static_cast<double>(
        std::count_if(histogram.begin(), histogram.end(), [](int count) { return count > 0; }));
  };
  const auto is_used = [](int count) { return count > 0; };
  const auto lowest = std::find_if(pitches.begin(), pitches.end(), is_used);
  const auto highest = std::find_if(pitches.rbegin(), pitches.rend(), is_used);
  count_register(notes, result);
  result.pitch_range = notes.empty() ? kNone : static_cast<double>(highest.base() - lowest - 1);
  result.n_pitches_used = used(pitches);
  result.n_pitch_classes_used = used(classes);
  result.pitch_entropy = entropy(pitches);
  result.pitch_class_entropy = entropy(classes);

  // A natural minor scale holds the notes of its relative major: twelve scales are all.
  constexpr std::array<std::size_t, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
  int most = 0;
  for (std::size_t root = 0; root < 12; ++root) {
    int inside = 0;
    for (const std::size_t degree : kMajor) inside += classes[(root + degree) % 12];
    most = std::max(most, inside);
  }
  result.scale_consistency = ratio(most, static_cast<double>(notes.size()));
}

void count_time(const std::vector<RollNote>& notes, const music::Roll& roll, Statistics& result) {
  const auto count = static_cast<double>(notes.size());
  double length = 0, shift = 0, between = 0;
  int onsets = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    length += notes[i].length;
    if (i == 0) continue;
    shift += std::abs(notes[i].pitch - notes[i - 1].pitch);
    if (notes[i].onset > notes[i - 1].onset) {
      between += notes[i].onset - notes[i - 1].onset;
      ++onsets;
    }
  }
  result.total_used_note = count;
  result.avg_pitch_shift = ratio(shift, count - 1);
  result.avg_ioi = ratio(between / roll.grid, onsets);
  result.mean_note_length = ratio(length / roll.grid, count);
  result.notes_per_step = ratio(count, roll.steps);
}

void count_sounding(const music::Roll& roll, const std::vector<int>& lines, Statistics& result) {
  double sounding_steps = 0, many = 0, total = 0;
  std::vector<bool> sounds(static_cast<std::size_t>(roll.steps));
  for (int t = 0; t < roll.steps; ++t) {
    const std::uint8_t* frame = roll.frame(t);
    const auto sounding = static_cast<double>(std::count_if(
        frame, frame + roll.notes(), [](std::uint8_t cell) { return (cell & music::kPlay) != 0; }));
    sounds[static_cast<std::size_t>(t)] = sounding > 0;
    total += sounding;
    sounding_steps += sounding > 0 ? 1 : 0;
    many += sounding > 1 ? 1 : 0;
  }
  result.polyphony = ratio(total, sounding_steps);
  result.polyphony_rate = ratio(many, roll.steps);
  const auto silent = [&](int begin, int end) {
    return std::none_of(sounds.begin() + begin, sounds.begin() + end, [](bool s) { return s; });
  };
  double beats = 0, empty_beats = 0;
  for (int t = 0; t < roll.steps; t += roll.grid) {
    ++beats;
    empty_beats += silent(t, std::min(t + roll.grid, roll.steps)) ? 1 : 0;
  }
  result.empty_beat_rate = ratio(empty_beats, beats);
  double empty_bars = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    empty_bars += silent(lines[i], i + 1 < lines.size() ? lines[i + 1] : roll.steps) ? 1 : 0;
  }
  result.empty_measure_rate = ratio(empty_bars, static_cast<double>(lines.size()));
}

// What begins in a bar: (step in the bar, pitch, length), and the bar's own length.
struct Bar {
  int length = 0;
  std::set<int> onsets;
  std::vector<std::array<int, 3>> notes;
  // clang-tidy 14 sees a null pointer in what the compiler makes of this.
  auto operator<=>(const Bar&) const = default;  // NOLINT(modernize-use-nullptr)
};

std::vector<Bar> bars_of(const std::vector<RollNote>& notes, const music::Roll& roll,
                         const std::vector<int>& lines) {
  std::vector<Bar> bars(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    bars[i].length = (i + 1 < lines.size() ? lines[i + 1] : roll.steps) - lines[i];
  }
  std::size_t bar = 0;
  for (const RollNote& note : notes) {
    while (bar + 1 < lines.size() && lines[bar + 1] <= note.onset) ++bar;
    bars[bar].onsets.insert(note.onset - lines[bar]);
    bars[bar].notes.push_back({note.onset - lines[bar], note.pitch, note.length});
  }
  return bars;
}

void count_bars(const std::vector<Bar>& bars, Statistics& result) {
  double consistency = 0, pairs = 0, repeated = 0, later = 0;
  std::set<Bar> heard;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (i > 0 && bars[i].length == bars[i - 1].length) {
      std::vector<int> different;
      std::set_symmetric_difference(bars[i].onsets.begin(), bars[i].onsets.end(),
                                    bars[i - 1].onsets.begin(), bars[i - 1].onsets.end(),
                                    std::back_inserter(different));
      consistency += 1 - static_cast<double>(different.size()) / bars[i].length;
      ++pairs;
    }
    if (bars[i].notes.empty()) continue;
    later += heard.empty() ? 0 : 1;
    repeated += heard.insert(bars[i]).second ? 0 : 1;
  }
  result.groove_consistency = ratio(consistency, pairs);
  result.repeated_bars = ratio(repeated, later);
}

}  // namespace

std::span<const Statistic> all_statistics() {
  static constexpr std::array<Statistic, 19> kAll = {{
      {"pitch_median", "toccata", "MIDI pitch", &Statistics::pitch_median},
      {"pitch_sd", "toccata", "semitones", &Statistics::pitch_sd},
      {"pitch_range", "muspy", "semitones", &Statistics::pitch_range},
      {"n_pitches_used", "muspy", "", &Statistics::n_pitches_used},
      {"n_pitch_classes_used", "muspy", "", &Statistics::n_pitch_classes_used},
      {"pitch_entropy", "muspy", "bits", &Statistics::pitch_entropy},
      {"pitch_class_entropy", "muspy", "bits", &Statistics::pitch_class_entropy},
      {"scale_consistency", "muspy", "", &Statistics::scale_consistency},
      {"polyphony", "muspy", "pitches", &Statistics::polyphony},
      {"polyphony_rate", "toccata", "", &Statistics::polyphony_rate},
      {"empty_beat_rate", "toccata", "", &Statistics::empty_beat_rate},
      {"empty_measure_rate", "toccata", "", &Statistics::empty_measure_rate},
      {"groove_consistency", "toccata", "", &Statistics::groove_consistency},
      {"total_used_note", "mgeval", "notes", &Statistics::total_used_note},
      {"avg_pitch_shift", "mgeval", "semitones", &Statistics::avg_pitch_shift},
      {"avg_IOI", "toccata", "quarters", &Statistics::avg_ioi},
      {"mean_note_length", "toccata", "quarters", &Statistics::mean_note_length},
      {"notes_per_step", "toccata", "", &Statistics::notes_per_step},
      {"repeated_bars", "toccata", "", &Statistics::repeated_bars},
  }};
  return kAll;
}

Statistics statistics(const music::Roll& roll) {
  const std::vector<RollNote> notes = notes_of(roll);
  const std::vector<int> lines = bar_lines(roll);
  Statistics result{};
  count_pitches(notes, result);
  count_time(notes, roll, result);
  count_sounding(roll, lines, result);
  count_bars(bars_of(notes, roll, lines), result);
  return result;
}

}  // namespace toccata::listening
