#include "composing/limits.h"

#include <algorithm>

#include "base/error.h"
#include "music/bars.h"
#include "notation/pitch_name.h"

namespace toccata::composing {
namespace {

std::string place_of(const music::Roll& piece, int step) {
  return music::bar_name(music::Bars(piece.meters, piece.grid), step);
}

// "C3 (given), E3, G3": what may sound, at most `most` of them.
std::string notes_in(std::span<const CellSet> sets, int low, std::size_t most) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t n = 0; n < sets.size(); ++n) {
    if (!(sets[n] & kPlays) || ++count > most) continue;
    if (!text.empty()) text += ", ";
    text += notation::pitch_name(low + static_cast<int>(n));
    if (!(sets[n] & kSilent)) text += " (given)";
  }
  if (count == 0) return "no note";
  return count > most ? fmt::format("{}… ({} notes)", text, count) : text;
}

}  // namespace

Limits::Limits(const music::Roll& piece)
    : steps_(piece.steps),
      notes_(piece.notes()),
      articulation_(piece.articulation),
      sets_(piece.cells.size(), kAnyCell),
      rules_(static_cast<std::size_t>(piece.steps)),
      closes_(static_cast<std::size_t>(piece.steps), Close::no),
      given_(static_cast<std::size_t>(piece.steps), false) {}

void Limits::keep(const music::Roll& piece, const std::function<bool(int, int)>& free) {
  for (int t = 0; t < piece.steps; ++t) {
    for (int n = 0; n < notes_; ++n) {
      const std::uint8_t before = t > 0 ? piece.frame(t - 1)[n] : std::uint8_t{0};
      const std::uint8_t cell = piece.frame(t)[n];
      if ((cell & music::kPlay) || !free(t, n)) {
        at(t, n) = kind_of(before, cell, articulation_);
      } else if (before & music::kPlay) {
        at(t, n) &= kSilent | kOnset;
      }
    }
  }
}

void Limits::let_sound_on() {
  for (CellSet& set : sets_)
    if (set == kSilent) set = kSilent | kHeld;
}

bool Limits::forbid_nothing() const {
  return line == LineRules{} && std::ranges::count(closes_, Close::no) == steps_ &&
         std::ranges::all_of(sets_, [](CellSet s) { return s == kAnyCell; }) &&
         std::ranges::all_of(rules_, &StepRule::empty);
}

void Limits::look_back(const music::Roll& piece) {
  for (int t = 0; t < steps_; ++t)
    given_[static_cast<std::size_t>(t)] = std::ranges::all_of(sets(t), is_fixed);
  for (int n = 0; n < notes_; ++n) {
    int next_onset = steps_ + line.repeat_gap;  // the next given one
    for (int t = steps_ - 1; t >= 0; --t) {
      CellSet& set = at(t, n);
      if (!is_fixed(set) && next_onset - t < line.repeat_gap) set &= kSilent | kHeld;
      if (set == kOnset) next_onset = t;
      if (t == 0) {
        if (set == kHeld) set = 0;
      } else if (set == kHeld) {
        at(t - 1, n) &= kPlays;
      } else if (!articulation_ && set == kOnset) {
        at(t - 1, n) &= kSilent;
      }
      if (set == 0) {
        fail_usage(
            "{}: {} is given in a way that cannot be: it sounds on from nowhere, or is struck "
            "where it sounds already",
            place_of(piece, t), notation::pitch_name(piece.low + n));
      }
    }
  }
}

void Limits::check_possible(const music::Roll& piece, int first) const {
  StepGate gate;
  int silent = 0;
  for (int t = first; t < steps_; ++t) {
    StepLimits limits = step(t);
    limits.allowed = sets(t);
    if (!gate.begin(limits.allowed, piece.low, limits.rule)) {
      // A message begins with the option that it is about, where it is about one.
      const bool of_one = limits.rule.fewest > 1 && limits.rule.needed == 0;
      fail_usage(
          "{}{}: {} cannot be had there, where {} may sound: loosen that limit, or one of those "
          "that leave so few notes (key, scale, range, chords, ending, what is given)",
          of_one ? "fewest notes, " : "", place_of(piece, t), to_string(limits.rule),
          notes_in(limits.allowed, piece.low, 8));
    }
    const bool may_sound =
        std::ranges::any_of(limits.allowed, [](CellSet s) { return s & kPlays; });
    silent = may_sound || limits.line.longest_silence == 0 ? 0 : silent + 1;
    if (silent > line.longest_silence) {
      fail_usage(
          "longest silence, {}: no note may sound there, and the silence would be longer than "
          "allowed: loosen "
          "the longest silence, or the key, scale, range or chords",
          place_of(piece, t));
    }
  }
}

std::span<const CellSet> Limits::sets(int step) const {
  if (none()) return {};
  return {sets_.data() + index(step, 0), static_cast<std::size_t>(notes_)};
}

StepLimits Limits::step(int step) const {
  if (none()) return {};
  StepLimits limits{.allowed = sets(step)};
  if (given(step)) return limits;
  limits.rule = rules_[static_cast<std::size_t>(step)];
  limits.line = line;
  limits.close = closes_[static_cast<std::size_t>(step)];
  const bool anything =
      std::ranges::all_of(limits.allowed, [](CellSet s) { return s == kAnyCell; });
  if (anything) limits.allowed = {};
  return limits;
}

}  // namespace toccata::composing
