#include "composing/voice.h"

#include <algorithm>

namespace toccata::composing {

music::Roll voice_of(const music::Roll& piece, Voice voice) {
  if (voice == Voice::track) return piece;
  music::Roll melody = piece;
  std::fill(melody.cells.begin(), melody.cells.end(), std::uint8_t{0});
  const int notes = piece.notes();
  int last = -1;  // the note of the step before
  for (int t = 0; t < piece.steps; ++t) {
    const std::uint8_t* frame = piece.frame(t);
    int found = -1;
    for (int i = 0; i < notes && found < 0; ++i) {
      const int n = voice == Voice::top ? notes - 1 - i : i;
      if (frame[n] & music::kPlay) found = n;
    }
    if (found >= 0) {
      melody.frame(t)[found] = frame[found];
      if (found != last && piece.articulation) melody.frame(t)[found] |= music::kArticulate;
    }
    last = found;
  }
  return melody;
}

}  // namespace toccata::composing
