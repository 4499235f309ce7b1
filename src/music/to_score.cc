#include "music/to_score.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "music/bars.h"

namespace toccata::music {
namespace {

void check(const ToScoreOptions& options) {
  const auto expect = [](bool good, const char* what, const char* bounds, auto found) {
    if (!good) fail_usage("{}: expected {}, found {}", what, bounds, found);
  };
  // A file holds a tempo as 24 bits of microseconds per quarter.
  expect(options.tempo >= 4 && options.tempo <= 60000, "tempo",
         "4 to 60000 quarter notes per minute", options.tempo);
  expect(options.velocity >= 1 && options.velocity <= 127, "velocity", "1 to 127",
         options.velocity);
  expect(options.program >= 0 && options.program <= 127, "program", "0 to 127", options.program);
  expect(options.channel >= 0 && options.channel <= 15, "channel", "0 to 15", options.channel);
  expect(options.ticks_per_quarter >= 1 && options.ticks_per_quarter <= 32000,
         "ticks per quarter note", "1 to 32000", options.ticks_per_quarter);
}

// The notes of a Roll by onset, then pitch; `tick_of` gives the tick of a step.
template <typename TickOf>
std::vector<notation::Note> notes_of(const Roll& roll, const ToScoreOptions& options,
                                     TickOf tick_of) {
  const int pitches = roll.notes();
  std::vector<notation::Note> notes;
  std::vector<std::ptrdiff_t> sounding(static_cast<std::size_t>(pitches), -1);  // index of a note
  const std::vector<std::uint8_t> silence(static_cast<std::size_t>(pitches), 0);
  for (int step = 0; step <= roll.steps; ++step) {
    const std::uint8_t* frame = step < roll.steps ? roll.frame(step) : silence.data();
    for (int n = 0; n < pitches; ++n) {
      std::ptrdiff_t& open = sounding[static_cast<std::size_t>(n)];
      const bool plays = frame[n] & kPlay;
      const bool onset = plays && (open < 0 || (frame[n] & kArticulate));
      if (open >= 0 && (!plays || onset)) {
        notes[static_cast<std::size_t>(open)].end = tick_of(step);
        open = -1;
      }
      if (onset) {
        open = static_cast<std::ptrdiff_t>(notes.size());
        notation::Note note;
        note.onset = tick_of(step);
        note.pitch = static_cast<std::uint8_t>(roll.low + n);
        note.velocity = static_cast<std::uint8_t>(options.velocity);
        note.channel = static_cast<std::uint8_t>(options.channel);
        notes.push_back(note);
      }
    }
  }
  return notes;
}

}  // namespace

notation::Score to_score(const Roll& roll, const ToScoreOptions& options) {
  check(options);
  check_meters(roll.meters);
  notation::Score score;
  const int ticks_per_step = (options.ticks_per_quarter + roll.grid - 1) / roll.grid;
  score.ticks_per_quarter = ticks_per_step * roll.grid;
  const double first_bar = roll.meters.empty() ? 0 : roll.meters.front().step;
  const int later = first_bar < 0 ? static_cast<int>(std::ceil(-first_bar - kSameStep)) : 0;
  const auto tick_of = [&](int step) { return notation::Tick{step + later} * ticks_per_step; };

  notation::TempoChange tempo;
  tempo.microseconds_per_quarter = static_cast<std::uint32_t>(std::lround(60e6 / options.tempo));
  score.tempos.push_back(tempo);
  for (const MeterAt& meter : roll.meters) {
    notation::MeterChange change;
    change.tick = std::max<notation::Tick>(0, std::llround((meter.step + later) * ticks_per_step));
    change.numerator = meter.numerator;
    change.denominator = meter.denominator;
    score.meters.push_back(change);
  }
  notation::Track track;
  track.name = options.track_name;
  if (options.channel != notation::kDrumChannel)
    track.programs.push_back({0, static_cast<std::uint8_t>(options.channel),
                              static_cast<std::uint8_t>(options.program)});
  track.notes = notes_of(roll, options, tick_of);
  score.tracks.push_back(std::move(track));
  score.end = tick_of(roll.steps);
  return score;
}

}  // namespace toccata::music
