#include "composing/manner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/plain_math.h"
#include "base/text.h"
#include "composing/cell_sets.h"
#include "listening/notes.h"

namespace toccata::composing {
namespace {

constexpr float kNever = -1e4F;
constexpr int kQuarters = 64;  // of the stretches that are usual: four times four bars of 4/4
// The last steps weigh exp(-age / these).
constexpr double kRegisterSteps = 64, kOnsetSteps = 32, kVoiceSteps = 16;
constexpr double kEnoughNotes = 8;  // to know the register by
// Odds by the distance from the bounds.
constexpr double kTilt = 0.03;  // per semitone of distance, per semitone above the middle
constexpr double kMostLean = 0.3;
constexpr double kFarthest = 6;  // semitones
constexpr double kOnsetPower = 2.5, kVoicePower = 3;
constexpr double kMostBend = 2.5;  // logarithm of a factor of the odds

double outside(double value, const Between& bounds) {
  return value - std::clamp(value, bounds.low, bounds.high);
}

// log of the factor for a value that should lie within bounds.
double bend(double value, const Between& bounds, double power) {
  const double wanted = std::clamp(value, bounds.low, bounds.high);
  if (wanted == value) return 0;
  const double ratio = plain::log(std::max(wanted, 1e-6) / std::max(value, 1e-6));
  return std::clamp(power * ratio, -kMostBend, kMostBend);
}

}  // namespace

std::string Manner::text() const {
  std::string text = fmt::format("pitches {}-{}", range.low, range.high);
  const auto add = [&](const char* name, const std::optional<Between>& bounds) {
    if (bounds) text += fmt::format(", {} {:.4g}-{:.4g}", name, bounds->low, bounds->high);
  };
  add("register", register_);
  add("voices", voices);
  add("onsets", onsets);
  return text;
}

Manner parse_manner(std::string_view text) {
  Manner manner;
  if (text == "free") return manner;
  const auto refuse = [&] {
    fail_usage(
        "manner: expected such as \"pitches 36-81, register 60-63, voices 3-4, onsets 0.5-1\", "
        "found \"{}\"",
        text);
  };
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    const std::size_t space = part.find(' '), dash = part.find('-', std::min(space, part.size()));
    if (space == part.npos || dash == part.npos) refuse();
    const auto low = parse_number<double>(part.substr(space + 1, dash - space - 1));
    const auto high = parse_number<double>(part.substr(dash + 1));
    if (!low || !high || !(*low >= 0) || !(*low <= *high) || !(*high <= 128)) refuse();
    const Between bounds{*low, *high};
    const std::string_view name = part.substr(0, space);
    if (name == "pitches") {
      manner.range = {static_cast<int>(*low), static_cast<int>(*high)};
    } else if (name == "register") {
      manner.register_ = bounds;
    } else if (name == "voices") {
      manner.voices = bounds;
    } else if (name == "onsets") {
      manner.onsets = bounds;
    } else {
      refuse();
    }
  }
  return manner;
}

Manner manner_of(const listening::Profile& profile) {
  Manner manner;
  if (profile.high >= profile.low) manner.range = {profile.low, profile.high};
  const listening::ProfileOf* of = &profile.lengths.front();
  for (const listening::ProfileOf& length : profile.lengths)
    if (length.quarters <= kQuarters) of = &length;
  const auto around = [&](double listening::Statistics::*value) -> std::optional<Between> {
    for (std::size_t i = 0; i < of->usual.size(); ++i) {
      const listening::Usual& usual = of->usual[i];
      if (listening::all_statistics()[i].value != value || usual.count < 2) continue;
      return Between{std::max(0.0, usual.mean - usual.sd / 2), usual.mean + usual.sd / 2};
    }
    return std::nullopt;
  };
  manner.register_ = around(&listening::Statistics::pitch_median);
  manner.voices = around(&listening::Statistics::polyphony);
  manner.onsets = around(&listening::Statistics::notes_per_step);
  return parse_manner(manner.text());  // as a receipt keeps it, to the last digit
}

void Steering::begin(const Manner* manner, int low, int notes) {
  *this = {};
  manner_ = manner;
  low_ = low;
  begun_.assign(static_cast<std::size_t>(notes), 0);
}

void Steering::remember(const std::uint8_t* before, const std::uint8_t* now, bool articulation) {
  if (!manner_) return;
  int sounding = 0, begun = 0;
  const auto kept = static_cast<float>(1 - 1 / kRegisterSteps);
  for (std::size_t n = 0; n < begun_.size(); ++n) {
    begun_[n] *= kept;
    if (!(now[n] & music::kPlay)) continue;
    ++sounding;
    if (kind_of(before[n], now[n], articulation) != kOnset) continue;
    begun_[n] += 1;
    ++begun;
  }
  if (sounding && !any_) {
    voices_ = sounding;
    onsets_ = manner_->onsets ? (manner_->onsets->low + manner_->onsets->high) / 2 : 0;
    any_ = true;
  }
  if (!any_) return;
  if (sounding) voices_ += (sounding - voices_) / kVoiceSteps;
  onsets_ += (begun - onsets_) / kOnsetSteps;
}

void Steering::prepare(bool limited, int most) {
  tilt_ = begin_ = hold_ = 0;
  if (!manner_ || !any_) return;
  if (manner_->register_) {
    double all = 0;
    for (const float begun : begun_) all += static_cast<double>(begun);
    double below = 0;
    std::size_t n = 0;
    while (n + 1 < begun_.size() && (below += static_cast<double>(begun_[n])) < all / 2) ++n;
    middle_ = low_ + static_cast<double>(n);
    const double away = std::clamp(outside(middle_, *manner_->register_), -kFarthest, kFarthest);
    tilt_ = -kTilt * away * std::min(1.0, all / kEnoughNotes);
  }
  if (!limited) return;
  // Fewer voices than usual begin fewer notes.
  double part = 1;
  std::optional<Between> voices = manner_->voices, onsets = manner_->onsets;
  if (voices && most > 0 && most < voices->low) {
    part = most / voices->low;
    voices = {0.9 * most, static_cast<double>(most)};
  }
  if (onsets) {
    onsets = {part * onsets->low, part * onsets->high};
    begin_ = bend(onsets_, *onsets, kOnsetPower);
  }
  // Too many voices are too many notes begun as well as notes held too long.
  if (voices) hold_ = bend(voices_, *voices, kVoicePower);
  begin_ += std::min(0.0, hold_);
}

Odds Steering::odds(int n, bool sounded) const {
  if (!manner_) return {};
  const int pitch = low_ + n;
  // More is discouraged than encouraged: many notes are a little likely, few are very.
  const double lean = std::clamp(tilt_ * (pitch - middle_), -kMostBend, kMostLean);
  if (is_beyond(n)) return {sounded ? 0 : kNever, kNever};
  if (sounded) return {static_cast<float>(hold_), static_cast<float>(begin_)};
  return {static_cast<float>(begin_ + lean), 0};
}

}  // namespace toccata::composing
