#include "composing/step_gate.h"

#include <fmt/format.h>

#include <bit>

#include "notation/pitch_name.h"

namespace toccata::composing {
namespace {

std::string class_name(int pitch_class) {
  std::string name = notation::pitch_name(pitch_class);
  return name.substr(0, name.find_first_of("-0123456789"));
}

}  // namespace

std::string to_string(const StepRule& rule) {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!text.empty()) text += ", ";
    text += part;
  };
  if (rule.fewest) add(fmt::format("at least {} sounding notes", rule.fewest));
  if (rule.most) add(fmt::format("at most {} sounding notes", rule.most));
  if (rule.needed) {
    std::string names;
    for (int c = 0; c < 12; ++c) {
      if (rule.needed >> c & 1) names += class_name(c) + ' ';
    }
    add(names + "sounding");
  }
  if (rule.bass >= 0) add(class_name(rule.bass) + " in the bass");
  return text;
}

bool StepGate::begin(std::span<const CellSet> sets, int low, const StepRule& rule) {
  rule_ = rule;
  low_ = low;
  notes_ = static_cast<int>(sets.size());
  sets_.assign(sets.begin(), sets.end());
  above_.resize(sets.size() + 1);
  above_.back() = {};
  above_.back().bass = static_cast<std::uint8_t>(notes_);
  for (int n = notes_ - 1; n >= 0; --n) {
    const auto i = static_cast<std::size_t>(n);
    if (sets_[i] == 0) return false;
    Above& here = above_[i];
    here = above_[i + 1];
    if (!(sets_[i] & kPlays)) continue;
    ++here.may;
    here.may_classes |= class_of(n);
    if (rule.bass >= 0 && class_of(n) == 1 << rule.bass) here.bass = static_cast<std::uint8_t>(n);
    if (sets_[i] & kSilent) continue;
    ++here.must;
    here.must_classes |= class_of(n);
  }
  return can_finish(0, 0, 0);
}

// Whether the notes from n up can make the step whole, where `count` play below.
bool StepGate::can_finish(int n, int count, PitchClasses covered) const {
  if (rule_.bass < 0 || count > 0) return can_finish_above_bass(n, count, covered);
  // The lowest note that may be the bass is the best: it leaves the most above it.
  const Above& here = above_[static_cast<std::size_t>(n)];
  if (here.must == 0 && rule_.fewest == 0 && rule_.needed == 0) return true;
  const int bass = here.bass;
  if (bass == notes_ || here.must != above_[static_cast<std::size_t>(bass)].must) return false;
  return can_finish_above_bass(bass + 1, 1, class_of(bass));
}

bool StepGate::can_finish_above_bass(int n, int count, PitchClasses covered) const {
  const Above& here = above_[static_cast<std::size_t>(n)];
  const auto missing = static_cast<PitchClasses>(rule_.needed & ~(covered | here.must_classes));
  if (missing & ~here.may_classes) return false;
  if (rule_.most > 0 && count + here.must + std::popcount(missing) > rule_.most) return false;
  return count + here.may >= rule_.fewest;
}

CellSet StepGate::allowed(int n, const StepSoFar& below) const {
  CellSet set = sets_[static_cast<std::size_t>(n)];
  const bool no_bass = rule_.bass >= 0 && below.count == 0 && class_of(n) != 1 << rule_.bass;
  const StepSoFar with = below.with(low_ + n);
  if ((set & kPlays) && (no_bass || !can_finish(n + 1, with.count, with.classes))) set &= kSilent;
  if ((set & kSilent) && !can_finish(n + 1, below.count, below.classes)) set &= kPlays;
  return set;
}

}  // namespace toccata::composing
