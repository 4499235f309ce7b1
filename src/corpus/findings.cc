#include "corpus/findings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
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

// What was found of the beats, where they were doubted.
std::string verdict(const music::ReadBeats& beats) {
  const music::FoundBeats& found = beats.found;
  const std::string tempo =
      std::round(found.slowest) == std::round(found.fastest)
          ? fmt::format("{:.0f} beats per minute", found.tempo)
          : fmt::format("{:.0f} to {:.0f} beats per minute", found.slowest, found.fastest);
  const std::string sure = fmt::format("confidence {:.2f}", found.confidence);
  if (!beats.used)
    return fmt::format(
        "read on the file's own beats: others ({}) may be its, but its onsets bear them out too "
        "little ({}); --beats found takes them",
        tempo, sure);
  const char* what = found.kind == music::BeatKind::shifted  ? "shifted against the file's beats"
                     : found.kind == music::BeatKind::steady ? "steady, but not at the file's tempo"
                                                             : "played freely";
  return fmt::format("{}: read on the beats found, {} ({}; onsets lie {:.0f} ms off)", what, tempo,
                     sure, 1000 * found.off);
}

std::vector<std::string> verdicts(const FileReport& file, const music::Options& read_as) {
  constexpr double kUneven = 0.05;  // steps, on average
  std::vector<std::string> words;
  if (file.beats.found.kind != music::BeatKind::as_written)
    words.push_back(verdict(file.beats));
  else if (!file.beat_found)
    words.emplace_back("played freely: no beat found, so bars and note values mean little");
  else if (file.shift_ticks != 0)
    words.push_back(fmt::format("shifted by {}: each onset goes to the nearest step",
                                counted(std::abs(file.shift_ticks), "tick")));
  else if (file.suggested_grid > read_as.grid)
    words.push_back(fmt::format("finer than the grid: --grid {} holds its notes as they are",
                                file.suggested_grid));
  else if (file.mean_move > kUneven)
    words.push_back(
        fmt::format("played unevenly: moved to the nearest {}", step_name(read_as.grid)));

  std::string lost;
  const auto add = [&](const std::string& what) { lost += (lost.empty() ? "" : ", ") + what; };
  if (file.merged > 0)
    add(fmt::format("{} met others on their pitch", counted(file.merged, "note")));
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
