#include "music/matcher.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/plain_math.h"

namespace toccata::music {
namespace {

// A lag's likeness is 0.7 of what it was plus what the last frame adds: equal to the one a lag
// before, more than half its notes in common, or neither. Chosen on the validation parts of
// docs/results.md, as is all that stands here.
constexpr float kKept = 0.7f, kEqual = 1, kNear = 0.3f, kFar = -0.3f;
constexpr float kLeast = -0.3f;         // likeness of a lag that is listened to
constexpr std::size_t kMostHeard = 16;  // lags that are, of each kind
constexpr double kRecentKept = 0.8;
constexpr std::size_t kAgree = 3;  // the trait that counts the lags that offer the same

int count_common(const FrameBits& a, const FrameBits& b) {
  int sum = 0;
  for (std::size_t k = 0; k < a.words.size(); ++k)
    if (const std::uint64_t both = a.words[k] & b.words[k]) sum += std::popcount(both);
  return sum;
}

/// The same notes sound on, and none is struck again.
bool is_held(const FrameBits& frame, const FrameBits& last) {
  const auto strikes = frame.words.begin() + FrameBits::kWords;  // behind what plays
  return std::equal(frame.words.begin(), strikes, last.words.begin()) &&
         std::all_of(strikes, frame.words.end(), [](std::uint64_t word) { return word == 0; });
}

/// Up by that many notes, less than 64 either way where below 0; what leaves the 128 is lost.
FrameBits shifted(const FrameBits& bits, int up) {
  FrameBits result = bits;
  for (std::size_t k = 0; k < result.words.size(); k += FrameBits::kWords) {
    std::uint64_t &low = result.words[k], &high = result.words[k + 1];
    if (up > 0) {
      high = high << up | low >> (64 - up);
      low <<= up;
    } else if (up <= -64) {
      low = high >> (-up - 64);
      high = 0;
    } else if (up < 0) {
      low = low >> -up | high << (64 + up);
      high >>= -up;
    }
  }
  return result;
}

/// The most alike so far, in order; of equals the one that came first.
template <typename Lag>
void keep_best(std::vector<Lag>& best, const Lag& one) {
  if (one.likeness <= kLeast) return;
  if (best.size() == kMostHeard) {
    if (one.likeness <= best.back().likeness) return;
    best.pop_back();
  }
  const auto at =
      std::ranges::find_if(best, [&](const Lag& other) { return other.likeness < one.likeness; });
  best.insert(at, one);
}

}  // namespace

Matcher::Matcher(const Cells& cells, int notes) : cells_(cells), notes_(notes) {
  const std::vector<std::uint8_t> all(static_cast<std::size_t>(notes), kPlay | kArticulate);
  range_ = bits_of(all.data());
  clear();
}

void Matcher::clear() {
  length_ = newest_ = 0;
  heard_.assign(1, {});  // the silence before the first
  likeness_.assign(1, {});
  offered_.clear();
  recent_ = {};
}

std::size_t Matcher::place(int lag) const {
  const int at = newest_ - (lag - 1);
  return static_cast<std::size_t>(at < 0 ? at + kMostLag + 1 : at);
}

FrameBits Matcher::bits_of(const std::uint8_t* frame) const {
  FrameBits bits;
  for (int n = 0; n < notes_; ++n)
    for (int k = 0; frame[n] != 0 && k < cells_.count(); ++k)
      if (cells_.begin()[k].is_set(frame[n]))
        bits.words[static_cast<std::size_t>(k * FrameBits::kWords + n / 64)] |= std::uint64_t{1}
                                                                                << (n % 64);
  return bits;
}

std::uint8_t Matcher::last_cell(int n) const {
  unsigned cell = 0;
  for (int k = 0; k < cells_.count(); ++k)
    if (last().is_set(k, n)) cell |= cells_.begin()[k].bit;
  return static_cast<std::uint8_t>(cell);
}

void Matcher::remember(const std::uint8_t* frame) {
  Heard now{.bits = bits_of(frame), .rooted = {}};
  now.count = count_common(now.bits, now.bits);
  now.lowest = heard(1).lowest;
  if (const auto* note = std::find_if(frame, frame + notes_, [](auto cell) { return cell != 0; });
      note != frame + notes_)
    now.lowest = static_cast<int>(note - frame);
  now.rooted = shifted(now.bits, -now.lowest);

  for (const bool moved : {false, true})
    if (const auto first = std::ranges::find(offered_, moved, &Recollection::is_moved);
        first != offered_.end()) {
      double& recent = recent_[moved ? 1 : 0];
      recent = kRecentKept * recent + (first->frame == now.bits ? 1 - kRecentKept : 0);
    }
  if (length_ > 0) newest_ = (newest_ + 1) % (kMostLag + 1);
  if (length_ <= kMostLag) ++length_;
  heard_.resize(static_cast<std::size_t>(length_));
  likeness_.resize(static_cast<std::size_t>(length_));
  heard_[place(1)] = now;
  rate_lags();
  offered_.clear();
  for (const Lag& one : same_) offer(one, kOffered);
  const std::size_t most = offered_.size() + kOfferedMoved;
  for (const Lag& one : moved_) offer(one, most);
  for (Recollection& one : offered_) one.traits[kAgree] = plain::log(one.traits[kAgree]);
}

void Matcher::rate_lags() {
  same_.clear();
  moved_.clear();
  const Heard& now = heard(1);
  const auto added = [&](const Heard& then, FrameBits Heard::*bits) {
    const int common = count_common(now.*bits, then.*bits);
    const int either = now.count + then.count - common;
    return common == either ? kEqual : 2 * common > either ? kNear : kFar;
  };
  for (int lag = 1; lag < length_; ++lag) {
    const Heard& then = heard(1 + lag);
    Likeness& likeness = likeness_[static_cast<std::size_t>(lag)];
    likeness.same = kKept * likeness.same + added(then, &Heard::bits);
    keep_best(same_, {likeness.same, lag, 0});
    // The lowest notes say how far it is moved; another distance is another match.
    const int shift = now.lowest - then.lowest;
    if (shift != likeness.shift) likeness.moved = 0;
    likeness.shift = shift;
    if (shift == 0 || std::abs(shift) > kMostShift) continue;
    likeness.moved = kKept * likeness.moved + added(then, &Heard::rooted);
    keep_best(moved_, {likeness.moved, lag, shift});
  }
}

void Matcher::offer(const Lag& one, std::size_t most) {
  // The frame that followed the place `lag` steps before the last frame.
  const Heard& next = heard(one.lag);
  const FrameBits frame = shifted(next.bits, one.shift);
  if (count_common(frame, range_) != next.count) return;  // out of range
  if (const auto known = std::ranges::find(offered_, frame, &Recollection::frame);
      known != offered_.end()) {
    ++known->traits[kAgree];
    return;
  }
  if (offered_.size() == most) return;
  const bool moved = one.shift != 0;
  const bool first = offered_.empty() || offered_.back().is_moved() != moved;
  const double s = double{one.likeness} / 4, recent = recent_[moved ? 1 : 0];
  const auto flag = [](bool is) { return is ? 1.0 : 0.0; };
  offered_.push_back({one.lag,
                      one.shift,
                      frame,
                      {1, s, s * s, 1, flag(is_held(frame, last())), recent, recent * s,
                       flag(first), flag(frame == FrameBits{}), flag(moved), moved ? s : 0}});
}

}  // namespace toccata::music
