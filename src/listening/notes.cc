#include "listening/notes.h"

namespace toccata::listening {

std::vector<RollNote> notes_of(const music::Roll& roll) {
  std::vector<RollNote> notes;
  std::vector<std::size_t> sounding(static_cast<std::size_t>(roll.notes()));  // 1 + index, 0: none
  for (int t = 0; t < roll.steps; ++t) {
    const std::uint8_t* frame = roll.frame(t);
    for (int n = 0; n < roll.notes(); ++n) {
      std::size_t& open = sounding[static_cast<std::size_t>(n)];
      if (!(frame[n] & music::kPlay)) {
        open = 0;
      } else if (open == 0 || (frame[n] & music::kArticulate)) {
        notes.push_back({t, 1, roll.low + n});
        open = notes.size();
      } else {
        ++notes[open - 1].length;
      }
    }
  }
  return notes;
}

std::vector<int> bar_lines(const music::Roll& roll) {
  std::vector<int> lines;
  for (int t = 0; t < roll.steps; ++t) {
    const auto i = static_cast<std::size_t>(t);
    // Within a bar the phase only grows.
    if (t == 0 || roll.bar_phase[i] <= roll.bar_phase[i - 1]) lines.push_back(t);
  }
  return lines;
}

}  // namespace toccata::listening
