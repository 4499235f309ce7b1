#include "rendering/performance.h"

#include <algorithm>
#include <array>
#include <utility>

#include "notation/tempo_map.h"

namespace toccata::rendering {
namespace {

constexpr double kShortestNote = 0.05;  // seconds

// Offs that come while another note of the pitch still sounds are left out.
void drop_early_offs(std::vector<Action>& actions) {
  std::array<std::array<int, 128>, 16> sounding{};
  std::erase_if(actions, [&sounding](const Action& action) {
    int& count = sounding[action.channel & 15][action.number & 127];
    if (action.kind == Action::Kind::note_on) ++count;
    if (action.kind != Action::Kind::note_off) return false;
    return --count > 0;
  });
}

}  // namespace

std::vector<Action> performance(const notation::Score& score) {
  const notation::TempoMap tempo_map(score);
  std::vector<Action> actions;
  for (const notation::Track& track : score.tracks) {
    for (const notation::Note& note : track.notes) {
      const double begin = tempo_map.seconds(note.onset);
      const double end =
          note.end > note.onset ? tempo_map.seconds(note.end) : begin + kShortestNote;
      actions.push_back({begin, Action::Kind::note_on, note.channel, note.pitch, note.velocity});
      actions.push_back({end, Action::Kind::note_off, note.channel, note.pitch, 0});
    }
    for (const notation::PedalChange& pedal : track.pedals)
      actions.push_back({tempo_map.seconds(pedal.tick), Action::Kind::pedal, pedal.channel,
                         static_cast<std::uint8_t>(pedal.down ? 1 : 0), 0});
    for (const notation::ProgramChange& program : track.programs)
      actions.push_back({tempo_map.seconds(program.tick), Action::Kind::program, program.channel,
                         program.program, 0});
  }
  std::stable_sort(actions.begin(), actions.end(), [](const Action& a, const Action& b) {
    return std::pair(a.seconds, a.kind) < std::pair(b.seconds, b.kind);
  });
  drop_early_offs(actions);
  return actions;
}

}  // namespace toccata::rendering
