#include "music/on_beats.h"

#include <algorithm>
#include <cmath>

namespace toccata::music {
namespace {

constexpr int kTicks = 960;  // per quarter note
constexpr int kMostLead = 1'000'000;
constexpr std::size_t kLast = 8;  // beats after which music goes on

notation::Tick ticks_of(double quarters) {
  return std::max<notation::Tick>(0, std::llround(quarters * kTicks));
}

std::vector<notation::TempoChange> tempos_of(const BeatGrid& grid) {
  std::vector<notation::TempoChange> tempos;
  const std::vector<double>& seconds = grid.seconds();
  for (std::size_t k = 0; k < seconds.size(); ++k) {
    const double length =
        k + 1 < seconds.size() ? seconds[k + 1] - std::max(0.0, seconds[k]) : grid.last_length();
    const auto us = static_cast<std::uint32_t>(
        std::clamp(std::round(length / grid.quarters_per_beat() * 1e6), 1.0, 16777215.0));
    if (tempos.empty() || tempos.back().microseconds_per_quarter != us)
      tempos.push_back({ticks_of(static_cast<double>(k) * grid.quarters_per_beat()), us});
  }
  return tempos;
}

std::vector<notation::MeterChange> meters_of(const std::vector<Beat>& beats, const BeatGrid& grid) {
  std::vector<notation::MeterChange> meters;
  const bool dotted = grid.quarters_per_beat() > 1;
  const auto add = [&](long beat, long length) {
    const int numerator = static_cast<int>(std::clamp(dotted ? 3 * length : length, 1L, 255L));
    if (meters.empty() || meters.back().numerator != numerator)
      meters.push_back({ticks_of(static_cast<double>(beat) * grid.quarters_per_beat()), numerator,
                        dotted ? 8 : 4});
  };
  long bar = 0;  // where the bar began
  const long count = static_cast<long>(beats.size());
  for (long k = 0; k < count; ++k) {
    if (beats[static_cast<std::size_t>(k)].place != 0) continue;
    if (grid.lead() + k > bar) add(bar, grid.lead() + k - bar);
    bar = grid.lead() + k;
  }
  add(bar, bar == 0 ? std::max(1L, grid.lead() + count) : beats.back().meter);
  return meters;
}

}  // namespace

BeatGrid::BeatGrid(const notation::Score& score, const FoundBeats& found)
    : file_(score), quarters_per_beat_(found.subdivision == 3 ? 1.5 : 1) {
  for (const Beat& beat : found.beats) seconds_.push_back(beat.seconds);
  std::vector<double> lengths;
  for (std::size_t k = seconds_.size() - std::min(seconds_.size() - 1, kLast); k < seconds_.size();
       ++k)
    lengths.push_back(seconds_[k] - seconds_[k - 1]);
  std::ranges::nth_element(lengths, lengths.begin() + std::ssize(lengths) / 2);
  last_length_ = lengths[lengths.size() / 2];
  const double first = seconds_.front(), period = seconds_[1] - first;
  if (first <= 0.0005) return;
  lead_ = static_cast<int>(std::clamp(std::round(first / period), 1.0, double{kMostLead}));
  std::vector<double> lead;
  for (int k = 0; k < lead_; ++k) lead.push_back(first * k / lead_);
  seconds_.insert(seconds_.begin(), lead.begin(), lead.end());
}

double BeatGrid::quarters(double tick) const {
  const double now = file_.seconds(tick);
  const auto after = std::ranges::upper_bound(seconds_, now) - seconds_.begin();
  const auto k = static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - 1, 0));
  const double length = k + 1 < seconds_.size() ? seconds_[k + 1] - seconds_[k] : last_length_;
  return (static_cast<double>(k) + (now - seconds_[k]) / length) * quarters_per_beat_;
}

double BeatGrid::tick(double quarters) const {
  const double beat = quarters / quarters_per_beat_;
  const auto k = static_cast<std::size_t>(
      std::clamp(std::floor(beat), 0.0, static_cast<double>(seconds_.size() - 1)));
  const double length = k + 1 < seconds_.size() ? seconds_[k + 1] - seconds_[k] : last_length_;
  return file_.tick(seconds_[k] + (beat - static_cast<double>(k)) * length);
}

double BeatGrid::fewest_ticks() const {
  double fewest = file_.tick(seconds_.back() + last_length_) - file_.tick(seconds_.back());
  for (std::size_t k = 0; k + 1 < seconds_.size(); ++k)
    fewest = std::min(fewest, file_.tick(seconds_[k + 1]) - file_.tick(seconds_[k]));
  return fewest / quarters_per_beat_;
}

OnBeats on_beats(const notation::Score& score, const FoundBeats& found) {
  OnBeats result;
  result.score = score;
  if (found.kind == BeatKind::as_written || found.beats.size() < 2) {
    for (const Beat& beat : found.beats)
      result.beats.push_back(std::max<notation::Tick>(0, std::llround(beat.tick)));
    return result;
  }
  const BeatGrid grid(score, found);
  const auto tick = [&](notation::Tick t) {
    return ticks_of(grid.quarters(static_cast<double>(t)));
  };
  notation::Score& made = result.score;
  made.ticks_per_quarter = kTicks;
  made.tempos = tempos_of(grid);
  made.meters = meters_of(found.beats, grid);
  made.keys.clear();
  made.end = tick(score.end);
  for (notation::Track& track : made.tracks) {
    for (notation::Note& note : track.notes) {
      note.onset = tick(note.onset);
      note.end = std::max(note.onset, tick(note.end));
    }
    for (notation::PedalChange& pedal : track.pedals) pedal.tick = tick(pedal.tick);
    for (notation::ProgramChange& program : track.programs) program.tick = tick(program.tick);
    for (notation::Text& text : track.texts) text.tick = tick(text.tick);
  }
  for (std::size_t k = 0; k < found.beats.size(); ++k)
    result.beats.push_back(ticks_of(static_cast<double>(grid.lead() + static_cast<long>(k)) *
                                    grid.quarters_per_beat()));
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
  // Ticks that fell together are in the order of pitch that a Score has.
  for (notation::Track& track : music.score.tracks)
    std::ranges::stable_sort(track.notes, {}, [](const notation::Note& note) {
      return std::pair(note.onset, note.pitch);
    });
  music.score.tracks.push_back(std::move(click));
  return std::move(music.score);
}

}  // namespace toccata::music
