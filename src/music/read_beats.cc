#include "music/read_beats.h"

#include <algorithm>

#include "music/own_beat.h"

namespace toccata::music {
namespace {

constexpr double kSure = 0.2;           // of the confidence, and
constexpr double kSurer = 0.2;          // of that above the file's own beats, where a tempo differs
constexpr std::size_t kMost = 100'000;  // beats: more are no music

}  // namespace

ReadBeats beats_to_read(const notation::Score& score, BeatsFrom from) {
  ReadBeats read;
  if (from == BeatsFrom::file) return read;
  const bool anew = from == BeatsFrom::found;
  const OwnBeat own = own_beat(score);
  if (!anew && own.written) return read;
  read.found = find_beats(score, {.anew = anew});
  const FoundBeats& found = read.found;
  if (found.kind == BeatKind::as_written || found.beats.size() < 2) return read;
  const double least =
      std::max(kSure, found.kind == BeatKind::shifted ? 0 : own.confidence + kSurer);
  read.used = found.beats.size() <= kMost && (anew || found.confidence >= least);
  return read;
}

}  // namespace toccata::music
