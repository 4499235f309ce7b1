#include "corpus/findings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <set>

#include "base/text.h"
#include "notation/general_midi.h"
#include "notation/text_encoding.h"

namespace toccata::corpus {
namespace {

using notation::Tick;

std::string utf8(const std::string& bytes) {
  return notation::to_utf8({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

bool is_drum(const notation::Note& note) {
  return note.channel == notation::kDrumChannel;
}

// The sound of a channel when a track's note begins: the last one chosen before it, on any track.
class Sounds {
 public:
  explicit Sounds(const notation::Score& score) {
    for (const notation::Track& track : score.tracks)
      for (const notation::ProgramChange& change : track.programs)
        changes_[change.channel & 15][change.tick] = change.program;
  }
  int at(const notation::Note& note) const {
    const auto& changes = changes_[note.channel & 15];
    const auto after = changes.upper_bound(note.onset);
    return after == changes.begin() ? 0 : std::prev(after)->second;
  }

 private:
  std::array<std::map<Tick, int>, 16> changes_;
};

// The note value of a step, as it is called.
std::string step_name(int grid) {
  return grid == 4 ? "16th" : grid == 8 ? "32nd" : fmt::format("1/{} of a quarter note", grid);
}

}  // namespace

std::vector<TrackFound> tracks_of(const notation::Score& score) {
  const Sounds sounds(score);
  std::vector<TrackFound> found;
  for (const notation::Track& track : score.tracks) {
    if (track.notes.empty()) continue;
    std::map<std::string, long> by_sound;
    for (const notation::Note& note : track.notes)
      ++by_sound[is_drum(note) ? "drums" : notation::sound_name(sounds.at(note))];
    const auto most =
        std::ranges::max_element(by_sound, {}, &std::pair<const std::string, long>::second);
    found.push_back(
        {.name = utf8(track.name),
         .instrument = by_sound.size() > 2 ? counted(by_sound.size(), "instrument") : most->first,
         .notes = static_cast<long>(track.notes.size())});
  }
  return found;
}

int instruments_of(const notation::Score& score) {
  const Sounds sounds(score);
  std::set<std::pair<int, int>> parts;
  std::set<int> programs;
  for (const notation::Track& track : score.tracks)
    for (const notation::Note& note : track.notes) {
      if (is_drum(note)) continue;
      parts.emplace(note.channel, sounds.at(note));
      programs.insert(sounds.at(note));
    }
  return programs.size() > 1 ? static_cast<int>(parts.size()) : static_cast<int>(programs.size());
}

Beat find_beat(const notation::Score& score) {
  constexpr std::array kDivisions = {1, 2, 3, 4, 6, 8, 12};
  constexpr long kFewest = 16;
  constexpr double kTight = 0.9;   // of a circular mean: the onsets keep to the division
  constexpr double kLoose = 0.2;   // below it, and below what chance gives: they do not
  constexpr double kChance = 2.5;  // times 1 / sqrt(onsets)
  std::vector<long> count(static_cast<std::size_t>(score.ticks_per_quarter));
  long onsets = 0;
  for (const notation::Track& track : score.tracks)
    for (const notation::Note& note : track.notes) {
      ++count[static_cast<std::size_t>(note.onset % score.ticks_per_quarter)];
      ++onsets;
    }
  Beat beat;
  if (onsets < kFewest) return beat;
  double best = 0;
  for (const int division : kDivisions) {
    std::complex<double> sum = 0;
    for (std::size_t tick = 0; tick < count.size(); ++tick)
      if (count[tick] > 0)
        sum += static_cast<double>(count[tick]) *
               std::polar(1.0, 2 * std::numbers::pi * division * static_cast<double>(tick) /
                                   score.ticks_per_quarter);
    const double length = std::abs(sum) / static_cast<double>(onsets);
    best = std::max(best, length);
    if (length < kTight) continue;
    // Where most lie on the division as it is, a few notes between pull the mean, and nothing is
    // shifted.
    long on = 0;
    for (std::size_t tick = 0; tick < count.size(); ++tick) {
      const long past = static_cast<long>(tick) * division % score.ticks_per_quarter;
      const long off = std::min<long>(past, score.ticks_per_quarter - past);
      if (off * 96 <= static_cast<long>(score.ticks_per_quarter) * division) on += count[tick];
    }
    if (2 * on > onsets) break;
    beat.shift =
        std::lround(std::arg(sum) / (2 * std::numbers::pi) * score.ticks_per_quarter / division);
    break;  // the coarsest that they keep to
  }
  beat.found = best >= std::max(kLoose, kChance / std::sqrt(static_cast<double>(onsets)));
  return beat;
}

std::vector<std::string> verdicts(const FileReport& file, const music::Options& read_as) {
  constexpr double kUneven = 0.05;  // steps, on average
  std::vector<std::string> words;
  if (!file.beat_found)
    words.emplace_back("played freely: no beat found, so bars and note values mean little");
  else if (file.shift_ticks != 0)
    words.push_back(fmt::format("shifted by {}: brought back onto the beat",
                                counted(std::abs(file.shift_ticks), "tick")));
  else if (file.suggested_grid != read_as.grid && file.suggested_grid > read_as.grid)
    words.push_back(fmt::format("finer than the grid: --grid {} holds its notes as they are",
                                file.suggested_grid));
  else if (file.mean_move > kUneven)
    words.push_back(
        fmt::format("played unevenly: moved to the nearest {}", step_name(read_as.grid)));

  std::string lost;
  const auto add = [&](const std::string& what) { lost += (lost.empty() ? "" : ", ") + what; };
  if (file.merged > 0) add(fmt::format("{} met others", counted(file.merged, "note")));
  if (file.drums > 0) add(fmt::format("{} left out", counted(file.drums, "drum note")));
  if (file.instruments > 1)
    words.push_back(fmt::format("{} become one piano{}{}", counted(file.instruments, "instrument"),
                                lost.empty() ? "" : "; ", lost));
  else if (!lost.empty())
    words.push_back(lost);
  if (file.folded > 0)
    words.push_back(
        fmt::format("{} outside the range moved into it by octaves", counted(file.folded, "note")));
  if (file.dropped > 0)
    words.push_back(fmt::format("{} outside the range left out", counted(file.dropped, "note")));
  return words;
}

}  // namespace toccata::corpus
