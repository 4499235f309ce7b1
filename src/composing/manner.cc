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
// What is usual lies so many standard deviations around the mean. The register of a piece may be
// its own; voices and onsets are asked for where limits would have them thin out.
constexpr double kOfRegister = 0.5, kOfTexture = 0.25;
// The last steps weigh exp(-age / these).
constexpr double kRegisterSteps = 64, kOnsetSteps = 32, kVoiceSteps = 8;
constexpr double kSilence = 0.15;   // a silent step counts for so much of a step of no voices
constexpr double kEnoughNotes = 8;  // to know the register by
// Odds by the distance from the bounds.
constexpr double kTilt = 0.06;  // per semitone of distance, per semitone beyond them
constexpr double kTiltPerStep = 0.001, kMostOwed = 0.1;
constexpr double kMostTilt = 5, kMostLean = 0.3;
constexpr double kFarthest = 6;  // semitones
constexpr double kMostBend = 6;  // logarithm of a factor of the odds
// Where a limit leaves fewer voices than usual, there is less to bend, so that it is bent more.
constexpr double kFewVoices = 0.97;  // of those that the limit leaves
constexpr double kFewSteps = 2, kFewFirm = 2, kFewLean = 2;
// Of the potential, per squared standard deviation and step.
constexpr double kPull = 0.4;
constexpr double kMostDistance = 3;  // standard deviations

// How firmly a value is held: the power of the ratio by which it lies outside. What hardly varies
// in the corpus is held firmly; where it varies much, a piece may, too.
double firmness(const Between& bounds, double in_deviations, double least, double most) {
  const double deviation = (bounds.high - bounds.low) / (2 * kOfTexture);
  const double middle = (bounds.low + bounds.high) / 2;
  return std::clamp(in_deviations * middle / std::max(deviation, 1e-6), least, most);
}

// The logarithm of the ratio by which a value lies outside its bounds: above 0 where it is too
// small.
double away_from(double value, const Between& bounds) {
  const double wanted = std::clamp(value, bounds.low, bounds.high);
  return std::clamp(plain::log(std::max(wanted, 1e-6) / std::max(value, 1e-6)), -1.0, 1.0);
}

// The logarithm of a factor for the odds of what should lie within bounds: by how far it lies
// outside, and by what has been owed since it first did (a proportional-integral controller).
double bend(double away, double power, double per_step, double& owed) {
  owed = std::clamp(owed + per_step * away, -kMostBend, kMostBend);
  return std::clamp(power * away + owed, -kMostBend, kMostBend);
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
  const auto around = [&](double listening::Statistics::*value,
                          double deviations) -> std::optional<Between> {
    for (std::size_t i = 0; i < of->usual.size(); ++i) {
      const listening::Usual& usual = of->usual[i];
      if (listening::all_statistics()[i].value != value || usual.count < 2) continue;
      const double part = deviations * usual.sd;
      return Between{std::max(0.0, usual.mean - part), usual.mean + part};
    }
    return std::nullopt;
  };
  manner.register_ = around(&listening::Statistics::pitch_median, kOfRegister);
  manner.voices = around(&listening::Statistics::polyphony, kOfTexture);
  manner.onsets = around(&listening::Statistics::notes_per_step, kOfTexture);
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
  strikes_ = articulation;
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
    any_ = true;
    return;
  }
  if (!any_) return;
  voices_ +=
      (sounding ? 1 : kSilence) * (sounding - voices_) / (crowded_ ? kFewSteps : kVoiceSteps);
  if (onsets_) *onsets_ += (begun - *onsets_) / kOnsetSteps;
}

// What lies `deviations` outside its bounds makes the line weigh less.
void Steering::pull(double deviations) {
  deviations = std::clamp(deviations, -kMostDistance, kMostDistance);
  log_potential_ -= kPull * deviations * deviations;
}

void Steering::prepare(bool limited, int most) {
  tilt_ = begin_ = hold_ = strike_ = log_potential_ = 0;
  crowded_ = false;
  limited_ = limited;
  most_ = most;
  if (!manner_ || !any_) return;
  std::optional<Between> voices = manner_->voices, onsets = manner_->onsets;
  if (voices && most > 0 && most < voices->low) {
    // Fewer voices than usual begin fewer notes.
    const double part = most / voices->low;
    voices = {kFewVoices * most, static_cast<double>(most)};
    if (onsets) onsets = {part * onsets->low, part * onsets->high};
    crowded_ = true;
  }
  if (manner_->register_) {
    double all = 0;
    for (const float begun : begun_) all += static_cast<double>(begun);
    double below = 0;
    std::size_t n = 0;
    while (n + 1 < begun_.size() && (below += static_cast<double>(begun_[n])) < all / 2) ++n;
    const double middle = low_ + static_cast<double>(n);
    const Between& wanted = *manner_->register_;
    nearest_ = std::clamp(middle, wanted.low, wanted.high);
    const double away = std::clamp(middle - nearest_, -kFarthest, kFarthest);
    tilt_ = -kTilt * away;
    // Half as firmly where the voices that this costs are not seen to.
    firm_ = crowded_ ? kFewFirm : limited ? 1 : 0.5;
    if (limited) {
      owed_tilt_ = std::clamp(owed_tilt_ - kTiltPerStep * away, -kMostOwed, kMostOwed);
      tilt_ += owed_tilt_;
    }
    const double known = std::min(1.0, all / kEnoughNotes);
    tilt_ *= firm_ * known;
    const double deviation = (wanted.high - wanted.low) / (2 * kOfRegister);
    if (limited) pull(known * (middle - nearest_) / std::max(deviation, 1.0));
  }
  if (onsets && !onsets_) onsets_ = (onsets->low + onsets->high) / 2;
  if (!limited) return;
  double more = 0, turnover = 0;
  if (voices) {
    const double power = firmness(*voices, 1, 3, 10);
    const double away = away_from(voices_, *voices);
    more = bend(away, power, power * power / 100, owed_voices_);
    pull(power * away);
  }
  if (onsets) {
    const double power = firmness(*onsets, 1.25, 2, 6);
    const double away = away_from(*onsets_, *onsets);
    turnover = bend(away, power, power / 40, owed_onsets_);
    pull(power * away);
  }
  // More voices: more begin and fewer end. More onsets: more begin, and so many more end; with
  // articulation half as many, since notes may be struck again.
  begin_ = more + turnover;
  strike_ = turnover;
  hold_ = more - (strikes_ ? 0.5 : 1) * turnover;
}

double Steering::log_potential(const std::uint8_t* before, const std::uint8_t* now,
                               bool articulation) const {
  if (!manner_ || !limited_) return 0;
  Steering next = *this;
  next.remember(before, now, articulation);
  next.prepare(true, most_);
  return next.log_potential_;
}

Odds Steering::odds(int n, bool sounded) const {
  if (!manner_) return {};
  const int pitch = low_ + n;
  // More is discouraged than encouraged: many notes are a little likely, few are very.
  const double lean =
      std::clamp(tilt_ * (pitch - nearest_), -firm_ * kMostTilt, crowded_ ? kFewLean : kMostLean);
  if (is_beyond(n)) return {sounded ? 0 : kNever, kNever};
  if (!sounded) return {static_cast<float>(begin_ + lean), 0};
  const double ends = crowded_ ? std::min(lean, 0.0) : 0;
  return {static_cast<float>(hold_ + ends), static_cast<float>(strike_)};
}

}  // namespace toccata::composing
