#include "music/on_beats.h"

#include <algorithm>
#include <cmath>

#include "notation/tempo_map.h"

namespace toccata::music {
namespace {

constexpr int kTicks = 960;  // per beat

// Seconds to ticks of which each beat has kTicks.
class BeatClock {
 public:
  explicit BeatClock(const std::vector<Beat>& beats) {
    for (const Beat& beat : beats) seconds_.push_back(beat.seconds);
    const double first = seconds_.front(), period = seconds_[1] - first;
    // The time before the first beat is whole beats, too, as even as they can be.
    if (first > 0.0005) {
      lead_ = std::max(1L, std::lround(std::min(first / period, 1e6)));
      for (long k = lead_; k-- > 0;)
        lead_seconds_.push_back(first * static_cast<double>(lead_ - 1 - k) /
                                static_cast<double>(lead_));
      seconds_.insert(seconds_.begin(), lead_seconds_.begin(), lead_seconds_.end());
    }
  }
  long lead() const { return lead_; }
  notation::Tick tick(double seconds) const {
    const auto after = std::ranges::upper_bound(seconds_, seconds) - seconds_.begin();
    const auto k = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(after - 1, 0, static_cast<std::ptrdiff_t>(seconds_.size()) - 2));
    const double place = (seconds - seconds_[k]) / (seconds_[k + 1] - seconds_[k]);
    return std::max<notation::Tick>(0, std::llround((static_cast<double>(k) + place) * kTicks));
  }
  std::vector<notation::TempoChange> tempos() const {
    std::vector<notation::TempoChange> tempos;
    for (std::size_t k = 0; k + 1 < seconds_.size(); ++k) {
      const double length = seconds_[k + 1] - std::max(0.0, seconds_[k]);
      const auto us =
          static_cast<std::uint32_t>(std::clamp(std::round(length * 1e6), 1.0, 16777215.0));
      if (tempos.empty() || tempos.back().microseconds_per_quarter != us)
        tempos.push_back({static_cast<notation::Tick>(k) * kTicks, us});
    }
    return tempos;
  }

 private:
  long lead_ = 0;
  std::vector<double> lead_seconds_, seconds_;
};

std::vector<notation::MeterChange> meters_of(const std::vector<Beat>& beats, long lead) {
  std::vector<notation::MeterChange> meters;
  const auto add = [&](long beat, long length) {
    const int numerator = static_cast<int>(std::clamp(length, 1L, 255L));
    if (meters.empty() || meters.back().numerator != numerator)
      meters.push_back({beat * kTicks, numerator, 4});
  };
  long bar = 0;  // where the bar began
  const long count = static_cast<long>(beats.size());
  for (long k = 0; k < count; ++k) {
    if (beats[static_cast<std::size_t>(k)].place != 0) continue;
    if (lead + k > bar) add(bar, lead + k - bar);
    bar = lead + k;
  }
  add(bar, bar == 0 ? std::max(1L, lead + count) : beats.back().meter);
  return meters;
}

}  // namespace

OnBeats on_beats(const notation::Score& score, const FoundBeats& found) {
  OnBeats result;
  result.score = score;
  if (found.kind == BeatKind::as_written || found.beats.size() < 2) {
    for (const Beat& beat : found.beats)
      result.beats.push_back(std::max<notation::Tick>(0, std::llround(beat.tick)));
    return result;
  }
  const notation::TempoMap old(score);
  const BeatClock clock(found.beats);
  const auto tick = [&](notation::Tick t) { return clock.tick(old.seconds(t)); };
  notation::Score& made = result.score;
  made.ticks_per_quarter = kTicks;
  made.tempos = clock.tempos();
  made.meters = meters_of(found.beats, clock.lead());
  made.keys.clear();
  made.end = tick(score.end);
  for (notation::Track& track : made.tracks) {
    for (notation::Note& note : track.notes) {
      note.onset = tick(note.onset);
      note.end = std::max(note.onset, tick(note.end));
    }
    std::ranges::stable_sort(track.notes, {}, [](const notation::Note& note) {
      return std::pair(note.onset, note.pitch);
    });
    for (notation::PedalChange& pedal : track.pedals) pedal.tick = tick(pedal.tick);
    for (notation::ProgramChange& program : track.programs) program.tick = tick(program.tick);
    for (notation::Text& text : track.texts) text.tick = tick(text.tick);
  }
  for (std::size_t k = 0; k < found.beats.size(); ++k)
    result.beats.push_back((clock.lead() + static_cast<long>(k)) * kTicks);
  return result;
}

notation::Score with_click(OnBeats music, const FoundBeats& found) {
  constexpr std::uint8_t kHighWoodBlock = 76, kLowWoodBlock = 77;  // of General MIDI's drums
  const notation::Tick length = std::max(1, music.score.ticks_per_quarter / 8);
  notation::Track click;
  click.name = "Click";
  for (std::size_t k = 0; k < music.beats.size(); ++k) {
    const bool down = found.beats[k].place == 0;
    const notation::Tick onset = music.beats[k];
    if (!click.notes.empty() && click.notes.back().onset == onset) continue;
    click.notes.push_back({.onset = onset,
                           .end = onset + length,
                           .pitch = down ? kHighWoodBlock : kLowWoodBlock,
                           .velocity = static_cast<std::uint8_t>(down ? 110 : 80),
                           .channel = notation::kDrumChannel});
    music.score.end = std::max(music.score.end, onset + length);
  }
  music.score.tracks.push_back(std::move(click));
  return std::move(music.score);
}

}  // namespace toccata::music
