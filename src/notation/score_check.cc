#include "notation/score_check.h"

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace toccata::notation {
namespace {

constexpr std::size_t kMostTracks = 65534;  // and the conductor's
constexpr std::uint32_t kLongestQuarter = 0xffffff;
constexpr Tick kLastTick = Tick{1} << 50;  // more than any file of 16 MiB can reach

void check_tick(Tick tick, const char* what) {
  if (tick < 0 || tick > kLastTick)
    fail("a {} at tick {}: expected 0 to 2^50; the music cannot be written as MIDI", what, tick);
}

void check_range(int value, int low, int high, const char* what, Tick tick) {
  if (value < low || value > high)
    fail("a {} of {} at tick {}: expected {} to {}; the music cannot be written as MIDI", what,
         value, tick, low, high);
}

void check_maps(const Score& score) {
  for (const TempoChange& tempo : score.tempos) {
    check_tick(tempo.tick, "tempo");
    if (tempo.microseconds_per_quarter == 0 || tempo.microseconds_per_quarter > kLongestQuarter)
      fail(
          "a tempo of {} microseconds per quarter note at tick {}: a MIDI file holds 1 to {} (no "
          "slower than 3.58 quarter notes per minute)",
          tempo.microseconds_per_quarter, tempo.tick, kLongestQuarter);
  }
  for (const MeterChange& meter : score.meters) {
    check_tick(meter.tick, "meter");
    check_range(meter.numerator, 1, 255, "meter's numerator", meter.tick);
    check_range(meter.denominator, 1, 256, "meter's denominator", meter.tick);
    if (!std::has_single_bit(static_cast<unsigned>(meter.denominator)))
      fail("a meter of {}/{} at tick {}: a MIDI file's denominators are powers of two",
           meter.numerator, meter.denominator, meter.tick);
  }
  for (const KeyChange& key : score.keys) {
    check_tick(key.tick, "key");
    check_range(key.sharps, -7, 7, "number of sharps", key.tick);
  }
}

void check_track(const Track& track) {
  for (const Note& note : track.notes) {
    check_tick(note.onset, "note");
    check_tick(note.end, "note's end");
    if (note.end < note.onset)
      fail("a note of pitch {} begins at tick {} and ends before, at {}", note.pitch, note.onset,
           note.end);
    check_range(note.pitch, 0, 127, "pitch", note.onset);
    check_range(note.velocity, 1, 127, "velocity", note.onset);
    check_range(note.off_velocity, 0, 127, "release velocity", note.onset);
    check_range(note.channel, 0, 15, "channel", note.onset);
  }
  for (const PedalChange& pedal : track.pedals) {
    check_tick(pedal.tick, "pedal change");
    check_range(pedal.channel, 0, 15, "channel", pedal.tick);
  }
  for (const ProgramChange& program : track.programs) {
    check_tick(program.tick, "program change");
    check_range(program.channel, 0, 15, "channel", program.tick);
    check_range(program.program, 0, 127, "program", program.tick);
  }
  for (const Text& text : track.texts) {
    check_tick(text.tick, "text");
    check_range(text.kind, 1, 7, "kind of text", text.tick);
  }
}

}  // namespace

void check(const Score& score) {
  if (score.ticks_per_quarter < 1 || score.ticks_per_quarter > 32767)
    fail("{} ticks per quarter note: a MIDI file holds 1 to 32767", score.ticks_per_quarter);
  if (score.tracks.size() > kMostTracks)
    fail("{} tracks: a MIDI file holds {} at most", score.tracks.size(), kMostTracks);
  check_tick(score.end, "score's end");
  check_maps(score);
  for (const Track& track : score.tracks) check_track(track);
}

}  // namespace toccata::notation
